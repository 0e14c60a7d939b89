"""The course room: a real JupyterLab, from the command to its end."""

import contextlib
import http.client
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from tests.conftest import COURSE
from tests.waiting import until
from unblocked.faults import Fault
from unblocked.notebook import jupyterlab, ports, room

GOODBYE = "JupyterLab has ended, and everything that it started. Your work is in `{}`.\n"


@dataclass
class Room:
    """A room that was opened with the command."""

    process: subprocess.Popen[str]
    url: str
    workspace: Path

    def ask(self, method, path, *, token=True):
        parts = urlsplit(self.url)
        headers = {"Authorization": f"token {parse_qs(parts.query)['token'][0]}"} if token else {}
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def processes(self):
        return [self.process.pid, *(child.pid for child in psutil.Process(self.process.pid).children(recursive=True))]


def environment(workspace):
    """Give a learner a home of their own, and a workspace beside it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER_", "IPYTHON"))}
    return kept | {"UNBLOCKED_WORKSPACE": str(workspace), "HOME": str(workspace.parent / "home")}


def command(*argv):
    """Give the command behind the door, so that a test never installs anything."""
    run = "import sys; from unblocked import cli; sys.exit(cli.main(sys.argv[1:]))"
    return [sys.executable, "-c", run, "start", "--no-browser", *argv]


@contextlib.contextmanager
def opened(workspace, *argv):
    workspace.mkdir(parents=True, exist_ok=True)
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command(*argv), cwd=COURSE, env=environment(workspace), text=True, **pipes)
    try:
        line = process.stdout.readline()
        assert line.startswith("JupyterLab: "), process.communicate()[1]
        yield Room(process, line.removeprefix("JupyterLab: ").strip(), workspace)
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def open_room(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("room") / "workspace", "--lesson", "0") as room:
        yield room


def gone(pids):
    return not [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def test_the_line_leads_to_the_learners_copy(open_room):
    pattern = r"http://127\.0\.0\.1:\d+/lab/tree/notebooks/00_start_here\.ipynb\?token=\w{48}"
    assert re.fullmatch(pattern, open_room.url)
    assert (open_room.workspace / "notebooks" / "00_start_here.ipynb").exists()
    assert open_room.ask("GET", urlsplit(open_room.url).path)[0] == 200


def test_a_codespace_lets_in_its_own_pages_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setenv("CODESPACE_NAME", "blue-parcel-7")
    monkeypatch.setenv("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "app.github.dev")
    with opened(tmp_path / "workspace") as room:
        pattern = r"https://blue-parcel-7-(\d+)\.app\.github\.dev/lab/tree/\S+token=(\w{48})"
        [(port, token)] = re.findall(pattern, room.url)
        here, elsewhere = f"blue-parcel-7-{port}.app.github.dev", "other-9-8888.app.github.dev"
        for host in (here, f"localhost:{port}"):  # whatever the forwarding says to JupyterLab
            assert connects(int(port), token, host=host, origin=f"https://{here}") == 101
            assert connects(int(port), token, host=host, origin=f"https://{elsewhere}") == 403
        assert get(int(port), f"/lab?token={token}", host=elsewhere).status == 403


def connects(port, token, *, host, origin):
    """Let a browser that has come in make a connection from a page, and give the answer's code."""
    cookie = get(port, f"/lab?token={token}", host=host).headers["Set-Cookie"].partition(";")[0]
    asked = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "cookie": cookie}
    key = {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    return get(port, "/api/events/subscribe", host=host, origin=origin, **asked, **key).status


def get(port, path, **headers):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", path, headers=headers)
        return connection.getresponse()


def test_nobody_comes_in_without_the_token(open_room):
    assert open_room.ask("GET", "/api/contents", token=False)[0] == 403
    assert open_room.ask("GET", "/api/contents")[0] == 200


def test_other_users_cannot_read_the_token(open_room):
    token = parse_qs(urlsplit(open_room.url).query)["token"][0]
    words = [word for pid in open_room.processes() for word in psutil.Process(pid).cmdline()]
    assert words
    assert not any(token in word for word in words)


def test_the_page_offers_nothing_that_a_learner_cannot_act_on(open_room):
    page = open_room.ask("GET", "/lab")[1]
    config = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL).group(1))
    assert (config["buildAvailable"], config["buildCheck"]) == (False, False)
    assert config["news"] == {"disabled": True}
    assert config["extensionManager"]["can_install"] is False
    assert "jupyterlab-jupytext" not in [one["name"] for one in config["federated_extensions"]]
    assert config["terminalsAvailable"] is True


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("@jupyterlab/apputils-extension:themes", {"adaptive-theme": True}),
        ("@jupyterlab/apputils-extension:notification", {"fetchNews": "false", "checkForUpdates": False}),
        ("@jupyterlab/extensionmanager-extension:plugin", {"enabled": False}),
    ],
)
def test_the_settings_are_in_place(open_room, name, wanted):
    schema = json.loads(open_room.ask("GET", f"/lab/api/settings/{name}")[1])["schema"]
    assert {key: schema["properties"][key]["default"] for key in wanted} == wanted


AT_LENGTH = [pytest.param(each, marks=pytest.mark.at_length) for each in (signal.SIGTERM, signal.SIGHUP)]


@pytest.mark.parametrize("number", [signal.SIGINT, *AT_LENGTH], ids=lambda number: number.name)
def test_it_ends_with_everything_that_it_started(tmp_path, number):
    with opened(tmp_path / "workspace") as room:
        assert room.ask("POST", "/api/kernels")[0] == 201
        assert room.ask("POST", "/api/terminals")[0] == 200
        pids = room.processes()
        assert len(pids) >= 6  # the command, two of the guard, JupyterLab, a kernel, a shell
        room.process.send_signal(number)
        out, err = room.process.communicate()
    assert room.process.returncode == 0
    assert (out, err) == ("", GOODBYE.format(tmp_path / "workspace"))
    until(lambda: gone(pids), "all processes are gone")


def test_home_folder_is_neither_written_nor_obeyed(tmp_path):
    own = tmp_path / "home" / ".jupyter" / "jupyter_server_config.json"
    own.parent.mkdir(parents=True)
    own.write_text('{"ServerApp": {"base_url": "/elsewhere/"}}')
    with opened(tmp_path / "workspace", "--lesson", "0") as room:
        status, _ = room.ask("POST", "/api/kernels")
        assert status == http.HTTPStatus.CREATED
        history = tmp_path / "workspace" / ".jupyterlab" / "ipython" / "profile_default" / "history.sqlite"
        until(history.exists, "the kernel has begun its history")
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == [own]


def test_shutting_it_down_from_inside_ends_the_command(tmp_path):
    with opened(tmp_path / "workspace") as room:
        room.ask("POST", "/api/shutdown")
        _, err = room.process.communicate()
    assert room.process.returncode == 0
    assert err == GOODBYE.format(tmp_path / "workspace")


def test_a_death_of_jupyterlab_is_told_with_its_log(monkeypatch):
    monkeypatch.setattr(jupyterlab, "_LAB", "raise SystemExit('the disk has a hole')")
    with pytest.raises(Fault) as caught:
        room.stay(browser=False)
    assert caught.value.message.splitlines() == [
        "JupyterLab ended by itself (exit code 1). The end of its log:",
        "    the disk has a hole",
    ]


def test_a_taken_port_is_told():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Fault) as caught:
            room.stay(port=port, browser=False)
    mend = "Leave out `--port`: `python3 -m unblocked start` takes a free one."
    assert caught.value.message == f"Port {port} is taken by another program. {mend}"


class Says200(http.server.BaseHTTPRequestHandler):
    """Answers whatever is asked, as many programs do."""

    def do_GET(self):
        self.send_response(http.HTTPStatus.OK)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_port_that_is_taken_before_jupyterlab_has_it_is_left_for_another(monkeypatch, capsys):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Says200) as thief:
        threading.Thread(target=thief.serve_forever, daemon=True).start()
        found, free = [thief.server_port], ports.free
        monkeypatch.setattr(ports, "free", lambda port: found.pop() if found and port is None else free(port))
        monkeypatch.setattr(room, "_wait", lambda *_: None)
        assert room.stay(browser=False) == 0
        thief.shutdown()
    line = capsys.readouterr().out
    assert line.startswith("JupyterLab: http://127.0.0.1:")
    assert f":{thief.server_port}/" not in line


def test_an_unknown_lesson_names_the_nearest():
    with pytest.raises(Fault, match=r"There is no lesson `start_her`\. Did you mean `start_here`\?"):
        room.stay(lesson="start_her", browser=False)


def test_the_address_counts_from_the_folder_that_is_shown():
    notebook = COURSE / "workspace" / "notebooks" / "00_start here.ipynb"
    address = jupyterlab.Address(root=COURSE, notebook=notebook, port=8000, token="abc")
    assert address.url == "http://127.0.0.1:8000/lab/tree/workspace/notebooks/00_start%20here.ipynb?token=abc"
