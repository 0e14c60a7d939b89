"""A browser on another machine: links in a notebook lead to a lab, and its pages work, through the Jupyter server."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import nbformat
import pytest
import requests
import websocket

from tests.conftest import COURSE
from tests.notebook.kernels import Shown, kernel
from tests.site.conftest import browser  # noqa: F401  # a fixture
from tests.waiting import FAR, until
from unblocked.server.browser import link
from unblocked.server.serving import listen

TOKEN = "of-this-test"
BASES = [pytest.param("/", marks=pytest.mark.at_length), "/user/zoe/"]
"""Where a JupyterLab of one's own is, and where a hub has that of a user."""

APP = """
import asyncio
from fastapi import FastAPI, Request
from fastapi.sse import EventSourceResponse

app = FastAPI()

@app.get("/boxes/")
async def boxes():
    return {"boxes": 7}

@app.post("/boxes/")
async def more(weight: float):
    return {"weight": weight}

@app.get("/seen")
async def seen(request: Request):
    return {"path": request.scope["path"], "root_path": request.scope["root_path"]}

@app.get("/events", response_class=EventSourceResponse)
async def events():
    yield {"parcel": 1}
    await asyncio.Event().wait()  # the stream has no end
"""


@dataclass
class Lab:
    """A JupyterLab that was started by hand in the course's environment."""

    url: str
    base: str
    workspace: Path
    log: Path

    def ask(self, method, path, **options):
        headers = {"Authorization": f"token {TOKEN}"} | options.pop("headers", {})
        return requests.request(method, urljoin(self.url, path), headers=headers, timeout=FAR, **options)

    @contextlib.contextmanager
    def kernel(self):
        """Have it start a kernel, as a notebook does, and talk to that as a browser does."""
        number = self.ask("POST", f"{self.base}api/kernels").json()["id"]
        address = f"{self.url}api/kernels/{number}/channels".replace("http:", "ws:")
        with contextlib.closing(websocket.create_connection(f"{address}?token={TOKEN}", timeout=FAR)) as connection:
            yield Notebook(connection)
        self.ask("DELETE", f"{self.base}api/kernels/{number}")


class Notebook:
    """Runs cells in a kernel, through the server."""

    def __init__(self, connection):
        self.connection = connection

    def run(self, code: str) -> Shown:
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": "execute_request", "session": "test", "username": "", "version": "5.3"}
        content = {"code": code, "silent": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self.connection.send(json.dumps(message))
        came = []
        while not came or came[-1]["content"].get("execution_state") != "idle":
            message = json.loads(self.connection.recv())
            came += [message] if message["parent_header"].get("msg_id") == number else []
        return Shown("ok", came, [])


@contextlib.contextmanager
def jupyter_lab(workspace, base):
    """Start `jupyter lab` in the course, as a hub does: with a path of its own, and no setting of ours."""
    workspace.mkdir()
    process, lab = next(found for found in (_started(workspace, base) for _ in range(3)) if found)
    try:
        yield lab
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _started(workspace, base):
    """Start it at a free port; None if another program has taken that meanwhile."""
    own = {name: str(workspace / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    env = os.environ | own | {"UNBLOCKED_WORKSPACE": str(workspace), "JUPYTER_RUNTIME_DIR": str(workspace / "runtime")}
    env |= {"JUPYTER_TOKEN": TOKEN, "JUPYTER_PREFER_ENV_PATH": "1"}
    with listen() as free:
        port = free.getsockname()[1]
    words = ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.base_url={base}"]
    words.append(f"--ServerApp.root_dir={workspace}")
    with (workspace / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "jupyterlab", *words], cwd=COURSE, env=env, stdout=log,
                                   stderr=log)  # fmt: skip
    lab = Lab(f"http://127.0.0.1:{port}{base}", base, workspace, workspace / "log")
    until(lambda: process.poll() is not None or _answers(lab), "JupyterLab answers, or has ended")
    if process.poll() is None:
        return process, lab
    assert "already in use" in lab.log.read_text(), lab.log.read_text()
    return None


def _answers(lab):
    with contextlib.suppress(requests.RequestException):
        answer = lab.ask("GET", "api")
        return answer.ok and answer.headers.get("Server", "").startswith("TornadoServer/")


@pytest.fixture(scope="module", params=BASES)
def lab(request, tmp_path_factory):
    with jupyter_lab(tmp_path_factory.mktemp("lab") / "workspace", request.param) as lab:
        yield lab


@pytest.fixture(scope="module")
def notebook(lab):
    with lab.kernel() as running:
        yield running


@pytest.fixture(scope="module")
def shop(lab, notebook):
    """Where the notebook's link leads, after a service of the learner's own is served."""
    file = lab.workspace / "shop.py"
    file.write_text(APP)
    shown = notebook.run(f"shop = serve({str(file)!r})\nshop").html
    docs = re.search(r'href="([^"]+)/docs"', shown).group(1)
    assert re.search(r"http://127\.0\.0\.1:\d+</a>", shown), "the text has the address that code in the notebook uses"
    return docs


def test_link_is_a_path_through_the_jupyter_server(lab, shop):
    assert re.fullmatch(re.escape(lab.base) + r"proxy/\d+", shop)


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_page_of_docs_finds_all_that_it_loads(lab, shop, page):
    answer = lab.ask("GET", shop + page)
    wanted = re.findall(r"""(?:src=|href=|url: |spec-url=)["']([^"']+)""", answer.text)
    assert len(wanted) >= 3
    for one in wanted:
        assert lab.ask("GET", urljoin(answer.url, one)).status_code == 200, one


def test_try_it_out_asks_where_the_page_is_from(lab, shop):
    schema = lab.ask("GET", f"{shop}/openapi.json").json()
    assert schema["servers"] == [{"url": shop}]
    assert lab.ask("GET", f"{schema['servers'][0]['url']}/boxes/").json() == {"boxes": 7}
    assert lab.ask("POST", f"{shop}/boxes/?weight=2.5").json() == {"weight": 2.5}


def test_schema_asked_for_directly_is_as_ever(lab, shop, notebook):
    lab.ask("GET", f"{shop}/openapi.json")
    asked = notebook.run("import httpx\n'servers' in httpx.get(f'{shop.url}/openapi.json').json()")
    assert asked.text == "False"


def test_redirect_leads_back_through_the_proxy(lab, shop):
    answer = lab.ask("GET", f"{shop}/boxes?big=1", allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, f"{shop}/boxes/?big=1")
    assert lab.ask("GET", f"{shop}/boxes").json() == {"boxes": 7}


def test_redirect_of_a_direct_request_is_as_ever(notebook, shop):
    direct = notebook.run("import httpx\nhttpx.get(f'{shop.url}/boxes').headers['location'] == f'{shop.url}/boxes/'")
    assert (bool(shop), direct.text) == (True, "True")


def test_app_sees_the_same_path_either_way(lab, shop):
    assert lab.ask("GET", f"{shop}/seen").json() == {"path": "/seen", "root_path": ""}


def test_events_come_one_by_one(lab, shop):
    with lab.ask("GET", f"{shop}/events", headers={"Accept": "text/event-stream"}, stream=True) as answer:
        assert next(answer.iter_lines()) == b'data: {"parcel": 1}'


def test_nobody_comes_to_a_service_without_the_token(lab, shop):
    answer = requests.get(urljoin(lab.url, f"{shop}/boxes/"), timeout=FAR, allow_redirects=False)
    assert answer.status_code == 403 or "/login" in answer.headers["location"]


def test_kernel_of_another_editor_links_directly(tmp_path):
    with kernel(tmp_path / "workspace") as alone:
        assert re.search(r'href="http://127\.0\.0\.1:\d+/docs"', alone.run("serve('start_here')").html)


@pytest.mark.parametrize(
    ("base", "leads"), [("/hub/", "/hub/proxy/8000/docs"), ("", "http://127.0.0.1:8000/docs")], ids=["path", "empty"]
)
def test_setting_of_the_learner_counts(monkeypatch, base, leads):
    monkeypatch.setenv("UNBLOCKED_BASE_URL", base)
    assert link("http://127.0.0.1:8000/docs") == leads


def test_setting_is_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("UNBLOCKED_BASE_URL", "")
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    (runtime / f"jpserver-{os.getpid()}.json").write_text(json.dumps({"base_url": "/user/zoe/"}))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    with kernel(tmp_path / "workspace") as alone:
        assert alone.run("import os; os.environ['UNBLOCKED_BASE_URL']").text == "''"


def test_learner_tries_a_route_in_the_browser(lab, browser):  # noqa: F811
    page = browser.new_page()
    page.set_default_timeout(FAR * 1000)
    cell = nbformat.v4.new_code_cell("parcel = serve('start_here', carriers=upstream(latency=0))\nparcel", id="serves")
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), lab.workspace / "try.ipynb")
    page.goto(f"{lab.url}lab/tree/try.ipynb?token={TOKEN}")
    page.locator("#jp-main-statusbar", has_text="Idle").wait_for()  # what is run before its kernel is there may be lost
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Shift+Enter")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="try its routes").click()
    docs = opened.value
    docs.set_default_timeout(FAR * 1000)
    docs.locator(".opblock-summary-path", has_text="/health").click()
    docs.get_by_role("button", name="Try it out").click()
    docs.get_by_role("button", name="Execute").click()
    assert f"{lab.base}proxy/" in docs.locator(".request-url").inner_text()
    assert docs.locator(".live-responses-table .response-col_status").last.inner_text().startswith("200")
    page.close()
