"""Serving: ready when the call returns, readable while it runs, gone when it is stopped."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import requests

from tests.family import family_of
from tests.server.asking import get
from tests.waiting import until
from unblocked import serve
from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.server.serving import listen

APP = """
    import os
    from fastapi import FastAPI

    app = api = FastAPI()

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"who": __name__, "setting": os.environ.get("SETTING", "none")}

    @app.get("/end/{code}")
    async def end(code: int) -> None:
        os._exit(code)
"""


def ended(served):
    until(lambda: not served.running, "the process has ended")


@pytest.mark.parametrize("target", ["shop.main:api", "shop/main.py", "shop/main.py:api"])
def test_target_is_served(target, write, carriers):
    write("shop/main.py", APP)
    with serve(target, carriers=carriers) as shop:
        assert get(f"{shop.url}/health").json()["who"] in {"main", "shop.main"}


SPLIT = """
    from fastapi import FastAPI
    from prices import price

    app = FastAPI()

    @app.get("/price")
    async def read() -> list[float]:
        return [1.0, price()]
"""


@pytest.mark.parametrize("target", ["shop.py", pytest.param("shop:app", marks=pytest.mark.at_length)])
def test_what_was_saved_last_is_served_however_soon(target, write, carriers, tmp_path):
    env = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "kept")}
    for price in (1.0, 2.0):
        files = write("shop.py", SPLIT.replace("1.0", str(price))), write("prices.py", f"def price(): return {price}\n")
        for file in files:
            os.utime(file, (1.8e9, 1.8e9))  # saved within one second, and of one size
        with serve(target, carriers=carriers, env=env) as shop:
            assert get(f"{shop.url}/price").json() == [price, price]


def test_lab_is_served_by_name(carriers):
    with serve("routes", carriers=carriers) as routes:
        assert get(f"{routes.url}/health").json() == {"ok": True}
        assert (routes.name, repr(routes)) == ("routes", f"`routes` runs at {routes.url}")


def test_port_is_the_one_that_was_asked_for(write, carriers):
    write("shop.py", APP)
    with listen() as free:
        port = free.getsockname()[1]
    with serve("shop.py", port=port, carriers=carriers) as shop:
        assert shop.url == f"http://127.0.0.1:{port}"
        assert get(f"{shop.url}/health").ok


def test_port_is_free_after_stop(write, carriers):
    write("shop.py", APP)
    shop = serve("shop.py", carriers=carriers)
    port = int(shop.url.rpartition(":")[2])
    with pytest.raises(Fault, match="is taken"):
        listen(port)
    shop.stop()
    listen(port).close()
    assert not psutil.pid_exists(shop.pid)


def test_block_ends_it(write, carriers):
    write("shop.py", APP)
    with serve("shop.py", carriers=carriers) as shop:
        assert shop.running
    assert not shop.running
    with pytest.raises(requests.ConnectionError):
        get(shop.url)


def test_serving_again_ends_the_one_before(write, carriers):
    write("shop.py", APP)
    first = serve("shop.py", carriers=carriers)
    with serve("shop.py", carriers=carriers) as second:
        assert (first.running, second.running) == (False, True)


def test_files_of_one_name_live_side_by_side(write, carriers):
    write("one/shop.py", APP)
    write("two/shop.py", APP)
    with serve("one/shop.py", carriers=carriers) as one, serve("two/shop.py", carriers=carriers) as two:
        assert get(f"{one.url}/health").ok
        assert get(f"{two.url}/health").ok


def test_bad_port_ends_nothing(parcel, carriers):
    with pytest.raises(Fault, match="`-1` is no port"):
        serve("labs.start_here.app", port=-1, carriers=carriers)
    assert parcel.running


def test_taken_port_is_named(write, carriers):
    write("shop.py", APP)
    with listen() as taken:
        port = taken.getsockname()[1]
        sentence = f"Port {port} is taken or not allowed. Choose another one, or none: any free port is found."
        with pytest.raises(Fault, match=f"^{re.escape(sentence)}$"):
            serve("shop.py", port=port, carriers=carriers)


@pytest.mark.parametrize("port", [-1, 65536, 70000, True, "x", "8000", None, 80.0])
def test_impossible_port_is_named(port, carriers):
    with pytest.raises(Fault, match=f"^`{port}` is no port: choose 1 to 65535, or 0 for any free one.$"):
        serve("routes", port=port, carriers=carriers)


def test_settings_reach_the_app(write, carriers):
    write("shop.py", APP)
    with serve("shop.py", carriers=carriers, env={"SETTING": 7}) as shop:
        assert get(f"{shop.url}/health").json()["setting"] == "7"


def test_carriers_are_reached_past_a_proxy(carriers):
    nobody = {
        f"{scheme}_{suffix}": "http://127.0.0.1:9" for scheme in ("http", "HTTP") for suffix in ("proxy", "PROXY")
    }
    with serve("routes", carriers=carriers, env=nobody) as routes:
        assert get(f"{routes.url}/quotes/blocking/1").ok
        assert get(f"{routes.url}/quotes/awaiting/1").ok


def test_requests_are_counted(parcel):
    before = parcel.requests
    for _ in range(3):
        get(f"{parcel.url}/health")
    get(f"{parcel.url}/nowhere")
    assert parcel.requests - before == 4


def test_plain_server_counts_but_records_nothing(write, carriers):
    write("shop.py", APP)
    with serve("shop.py", carriers=carriers, record=False) as shop:
        get(f"{shop.url}/health")
        recording = shop.recording()
        assert (shop.requests, recording.traces, recording.lag) == (1, [], [])


def test_log_is_readable_also_after_the_end(write, carriers):
    write("shop.py", APP + '    print("hello from my app")\n')
    with serve("shop.py", carriers=carriers) as shop:
        get(f"{shop.url}/health")
        until(lambda: "GET /health" in shop.log, "the access log tells of the request")
    assert "hello from my app" in shop.log
    assert '"GET /health HTTP/1.1" 200 OK' in shop.log
    assert "Application shutdown complete." in shop.log


def test_code_of_a_route_has_its_decorators(parcel):
    source = parcel.code("quote")
    assert repr(source).startswith('@app.get("/quotes/{parcel}")\nasync def quote(parcel: int) -> Quote:\n')
    assert repr(source).endswith("return Quote.model_validate(answer.json())")
    assert source._repr_markdown_() == f"```python\n{source.text}\n```"


def test_code_of_unknown_function_suggests_the_nearest(parcel):
    with pytest.raises(Fault, match=r"^There is no function `qoute`\. Did you mean `quote`"):
        parcel.code("qoute")


def test_notebook_shows_a_link(parcel):
    shown = parcel._repr_html_()
    assert f'<a href="{parcel.url}"' in shown
    assert f'<a href="{parcel.url}/docs" target="_blank" rel="noopener">try its routes</a>' in shown


def test_asking_after_the_end_says_so(write, carriers):
    write("shop.py", APP)
    with serve("shop.py", carriers=carriers) as shop:
        pass
    for question in (lambda: shop.requests, shop.recording):
        with pytest.raises(Fault, match=r"^`shop` does not run any more\. Run the cell with `serve\(…\)` again\.$"):
            question()
    assert repr(shop) == "`shop` has ended"
    assert shop._repr_html_() == "<p><code>shop</code> has ended.</p>"
    shop.stop()


def test_killed_server_is_known_to_have_ended(write, carriers):
    write("shop.py", APP)
    shop = serve("shop.py", carriers=carriers)
    os.kill(shop.pid, signal.SIGKILL)
    ended(shop)
    with pytest.raises(Fault, match="does not run any more"):
        shop.recording()
    shop.stop()


def test_app_that_ends_itself_is_known_to_have_ended(write, carriers):
    write("shop.py", APP)
    with serve("shop.py", carriers=carriers) as shop:
        with pytest.raises(requests.ConnectionError):
            get(f"{shop.url}/end/7")
        ended(shop)
        with pytest.raises(Fault, match="does not run any more"):
            shop.requests  # noqa: B018
    assert shop._child.code == 7


def test_interrupted_question_does_not_confuse_the_next(parcel):
    parcel._lines.send(ask="recording", prefix="", number=0)  # its answer was never read
    before = parcel.requests
    get(f"{parcel.url}/health")
    assert parcel.requests == before + 1


def test_failed_start_leaves_no_socket(monkeypatch, carriers):
    monkeypatch.setattr(type(keeper()), "start", lambda *_, **__: (_ for _ in ()).throw(Fault("no guard")))
    with pytest.raises(Fault, match="no guard"):
        serve("routes", carriers=carriers)  # an open socket would be a ResourceWarning, which is an error here


INTERRUPTED = """
import sys
from unblocked import serve
print("begin", flush=True)
try:
    serve("endless.py")
except KeyboardInterrupt:
    print("interrupted", flush=True)
sys.stdin.read()
"""


def test_interrupt_while_starting_leaves_no_process(write):
    write("endless.py", "open('begun', 'w').close()\nwhile True: pass\n")
    owner = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    with owner:
        until(Path("begun").exists, "the app is being imported")
        started = [process for process, words in family_of(owner.pid).items() if "endless" in words]
        assert len(started) == 1
        owner.send_signal(signal.SIGINT)
        assert owner.stdout.read(18) == b"begin\ninterrupted\n"
        assert not started[0].is_running()
        owner.stdin.close()
