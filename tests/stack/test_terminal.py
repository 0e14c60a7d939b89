"""`serve` in a terminal: real processes, real files, real interrupts."""

import io
import os
import signal
import socket
import subprocess
import sys
import textwrap

import psutil
import pytest
import requests

from tests.family import family_of, words_of
from tests.server.asking import ask, get
from tests.waiting import FAR, until
from unblocked.course import course
from unblocked.server import saves
from unblocked.server.serving import listen
from unblocked.stack import terminal

RUN = """
import sys
from unblocked.stack.terminal import run
sys.exit(run(sys.argv[1], latency=0, **eval(sys.argv[2])))
"""

APP = """
    import os
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/")
    async def version() -> int:
        print("asked for its version")
        return VERSION

    @app.get("/pid")
    async def pid() -> int:
        return os.getpid()

    @app.get("/end")
    async def end() -> None:
        os._exit(7)
"""


class Terminal:
    """A process that serves, and what it has printed."""

    def __init__(self, folder, target, **options):
        self.printed = folder / "printed.txt"
        with self.printed.open("wb") as out:
            self.popen = subprocess.Popen(
                [sys.executable, "-c", RUN, target, repr(options)],
                stdout=out, stderr=out, cwd=folder, env={**os.environ, "PYTHONPATH": str(course())},
            )  # fmt: skip

    @property
    def text(self):
        return self.printed.read_text()

    @property
    def url(self):
        until(lambda: " is at http" in self.text and "Ctrl-C" in self.text, "the address is printed")
        return self.text.partition(" is at ")[2].splitlines()[0]

    def shows(self, words, times=1):
        until(lambda: self.text.count(words) >= times or self.popen.poll() is not None, f"it prints {words!r}")
        assert self.text.count(words) >= times, self.text

    def interrupt(self):
        self.popen.send_signal(signal.SIGINT)
        return self.popen.wait(FAR)


@pytest.fixture
def save(tmp_path):
    def save(version, name="shop.py", text=APP):
        new = tmp_path / f"{name}.new"
        new.write_text(textwrap.dedent(text).replace("VERSION", str(version)))
        new.rename(tmp_path / name)  # as editors do: nobody reads half a file

    return save


@pytest.fixture
def open_terminal(tmp_path):
    opened = []

    def make(target="shop.py", **options):
        opened.append(Terminal(tmp_path, target, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.popen.kill()
        one.popen.wait()


def test_saved_file_is_served_at_once(open_terminal, save):
    save(1)
    shop = open_terminal()
    assert get(shop.url).json() == 1
    shop.shows("asked for its version")
    save(2)
    until(lambda: answered(shop.url) == 2, "the new version answers")
    shop.shows("`shop.py` was saved: `shop` starts anew.")
    head = shop.text.splitlines()
    assert head[:5] == [
        f"`shop` is at {shop.url}",
        f"try its routes at {shop.url}/docs",
        "its carriers answer after 0 s",
        "it starts anew when a `.py` file is saved in .",
        "Ctrl-C ends it",
    ]
    assert '"GET / HTTP/1.1" 200 OK' in shop.text


def test_broken_save_waits_for_the_next(open_terminal, save, tmp_path):
    save(1)
    shop = open_terminal()
    assert get(shop.url).json() == 1
    save(2, text=APP + "\n    1 / 0\n")
    shop.shows("`shop` did not start: ZeroDivisionError: division by zero (line 20 of shop.py)")
    shop.shows(f'File "{tmp_path / "shop.py"}", line 20')
    shop.shows("It starts anew at the next save; requests wait until then.")
    waiting = ask(shop.url)
    save(3)
    assert waiting.result(FAR).json() == 3
    assert "site-packages" not in shop.text


def test_app_broken_from_the_start_waits_for_a_save(open_terminal, save):
    save(1, text="app = FastAPI()\n")
    shop = open_terminal()
    shop.shows("`shop` did not start: NameError: name 'FastAPI' is not defined (line 1 of shop.py)")
    save(2)
    assert get(shop.url).json() == 2


def test_broken_lifespan_shows_its_own_lines_only(open_terminal, save):
    lifespan = (
        "from contextlib import asynccontextmanager\n@asynccontextmanager\nasync def life(app):\n    1 / 0\n    yield"
    )
    save(1, text=f"from fastapi import FastAPI\n{lifespan}\napp = FastAPI(lifespan=life)\n")
    shop = open_terminal()
    shop.shows("`shop` did not start: ZeroDivisionError: division by zero (line 5 of shop.py)")
    shop.shows("It starts anew at the next save")
    assert "starlette" not in shop.text
    assert shop.text.count("Traceback") == 1


def test_endless_start_is_ended_by_a_save(open_terminal, save, tmp_path):
    save(1, text="open('begun', 'w').close()\nwhile True: pass\n")
    shop = open_terminal()
    until((tmp_path / "begun").exists, "the app is being imported")
    save(2)
    assert get(shop.url).json() == 2
    assert "ended" not in shop.text  # by us: that is no news


def test_no_request_is_refused_during_reloads(open_terminal, save):
    save(0)
    shop = open_terminal()
    address = shop.url.removeprefix("http://").split(":")
    get(shop.url)
    for version in range(1, 4):
        save(version)
        until(lambda: connected(address) and answered(shop.url) == version, "the new version answers")  # noqa: B023


def connected(address):
    """Connect; being refused is an exception."""
    with socket.create_connection(address, timeout=FAR):
        return True


def answered(url):
    """Ask; a connection that the old process had taken may be closed by its end, but none is refused."""
    try:
        return get(url).json()
    except requests.ConnectionError as error:
        if "refused" in str(error):
            raise
        return None


def test_other_files_are_no_reason_to_start_anew(open_terminal, save, tmp_path):
    save(1)
    shop = open_terminal()
    first = get(f"{shop.url}/pid").json()
    for name in ("notes.txt", "__pycache__/x.py", ".hidden/y.py", ".z.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("new")
    save(2, name="helper.py", text="")
    until(lambda: answered(f"{shop.url}/pid") not in {first, None}, "the app was started anew")
    assert "`helper.py` was saved" in shop.text
    assert not any(f"{name}`" in shop.text for name in ("notes.txt", "x.py", "y.py", ".z.py"))


def test_end_of_the_app_is_told(open_terminal, save):
    save(1)
    shop = open_terminal()
    with pytest.raises(requests.ConnectionError):
        get(f"{shop.url}/end")
    shop.shows("`shop` has ended by itself, with code 7. It starts anew at the next save; requests wait until then.")
    save(2)
    assert get(shop.url).json() == 2


def test_killed_app_is_told_and_ends_it_without_reload(open_terminal, save):
    save(1)
    shop = open_terminal(reload=False)
    os.kill(get(f"{shop.url}/pid").json(), signal.SIGKILL)
    assert shop.popen.wait(FAR) == 1
    assert shop.text.endswith("\n`shop` has ended by itself, by SIGKILL.\n")
    assert "it starts anew" not in shop.text


def test_interrupt_ends_all_with_one_line(open_terminal, save):
    save(1)
    shop = open_terminal()
    assert get(shop.url).json() == 1
    shop.shows("200 OK")
    before = shop.text
    processes = psutil.Process(shop.popen.pid).children(recursive=True)
    assert shop.interrupt() == 0
    assert shop.text == before + "Stopped.\n"
    assert len(processes) >= 3
    until(lambda: not any(p.is_running() for p in processes), "every process is gone")


def test_interrupt_ends_an_app_that_hangs(open_terminal, save, tmp_path):
    save(1, text="open('begun', 'w').close()\nwhile True: pass\n")
    shop = open_terminal()
    until((tmp_path / "begun").exists, "the app is being imported")
    assert shop.interrupt() == 0
    assert shop.text.endswith("Stopped.\n")


def test_lab_is_served_on_a_given_port(open_terminal):
    with listen() as free:
        port = free.getsockname()[1]
    lab = open_terminal("start_here", port=port)
    assert lab.url == f"http://127.0.0.1:{port}"
    assert get(f"{lab.url}/quotes/7").json()["parcel"] == 7
    assert f"saved in {course() / 'labs/start_here'}" in lab.text


@pytest.mark.parametrize(
    ("target", "options", "sentence"),
    [
        ("ruotes", {}, "There is no lab `ruotes`. Did you mean `routes`?"),
        ("nowhere.py", {}, "There is no file `nowhere.py`."),
        ("routes", {"port": 70000}, "`70000` is no port: choose 1 to 65535, or 0 for any free one."),
        ("routes", {"latency": -1}, "A latency of -1 s is not possible: choose 0 to 600 seconds."),
    ],
)
def test_fault_gives_its_sentence_and_two(target, options, sentence):
    out = io.StringIO()
    assert terminal.run(target, out=out, **options) == 2
    assert out.getvalue().startswith(sentence)


def test_app_that_fails_without_reload_gives_two(save, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(1, text="1 / 0\n")
    out = io.StringIO()
    assert terminal.run("shop.py", latency=0, reload=False, out=out) == 2
    assert "`shop` did not start: ZeroDivisionError: division by zero (line 1 of shop.py)" in out.getvalue()


def test_failing_watch_is_told_and_serving_goes_on(save, tmp_path, monkeypatch):
    def watch(*_, **__):
        raise OSError("OS file watch limit reached.")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(saves.watchfiles, "watch", watch)
    save(1, text="import os, threading\nthreading.Timer(0, os._exit, [7]).start()\nthreading.Event().wait()\n")
    out = io.StringIO()
    assert terminal.run("shop.py", latency=0, out=out) == 2
    assert "Files cannot be watched here: OS file watch limit reached. After a save, end this with" in out.getvalue()
    assert "`shop` ended while it started, with code 7." in out.getvalue()


QUEUE = """
    import os
    from celery import Celery
    from fastapi import FastAPI

    queue = Celery("parcel")
    app = FastAPI()

    @queue.task(name="draw")
    def draw():
        return VERSION

    @queue.task(name="end")
    def end():
        os.kill(os.getppid(), 9)

    @app.get("/drawn")
    def drawn() -> int:
        return draw.delay().get(timeout=60)

    @app.get("/end")
    def ends() -> None:
        end.delay()
"""


@pytest.fixture
def office(open_terminal, save, tmp_path):
    (tmp_path / "services.toml").write_text('[[workers]]\napp = "shop.py:queue"\nconcurrency = 1\n')
    save(1, text=QUEUE)
    return open_terminal()


def test_workers_are_served_with_the_app_and_start_anew_with_it(office, save):
    assert get(f"{office.url}/drawn").json() == 1
    office.shows("each line of a worker has the worker's name")
    office.shows("worker | ")
    office.shows("Task draw[")
    family = family_of(office.popen.pid)
    save(2, text=QUEUE)
    until(lambda: answered(f"{office.url}/drawn") == 2, "the new version's worker has done it")
    assert office.interrupt() == 0
    left = [words_of(process) for process in (*family, *family_of())]
    assert not [words for words in left if "unblocked.backends.working" in words]


def test_end_of_a_worker_is_told(office):
    get(f"{office.url}/end")
    office.shows("`worker` of `shop` has ended by itself, by SIGKILL.")
