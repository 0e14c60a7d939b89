"""Answers that do what nobody should: each gets a verdict within its limits, and nothing of it is left."""

import psutil
import pytest

from tests.waiting import until
from unblocked.grading import Exercise, grader
from unblocked.processes import keeper

STARTER = Exercise.find("other_requests_keep_moving").starter
RIGHT = Exercise.find("other_requests_keep_moving").solution.read_text()
FUNCTION = Exercise.find("every_carrier_is_asked_at_once").starter

ROUTE = "    answer = requests.get("
LOADING = {
    "os.fork in a loop": "import os\nfor _ in range(50):\n    os.fork()\n",
    "allocation of 10 GB": "x = bytearray(10 << 30)\n",
    "recursion": "def f():\n    return f()\nf()\n",
    "raises BaseException": "class Stop(BaseException): ...\nraise Stop('enough')\n",
    "raises KeyboardInterrupt": "raise KeyboardInterrupt\n",
    "generator exit": "raise GeneratorExit\n",
    "closes all descriptors": "import os\nos.closerange(0, 4096)\n",
    "deletes its own file": "import os\nos.unlink(__file__)\n",
    "syntax error in the last line": "x = 1\n" * 200 + "x = (\n",
    "null byte": "x = 1\0\n",
    "not an app": "app = 'app'\n",
    "top-level await": "import asyncio\nawait asyncio.sleep(0)\n",
    "top-level asyncio.run": "import asyncio\nasync def main(): ...\nasyncio.run(main())\n",
}
ENDLESS = {
    "endless loop at import": "while True: pass\n",
    "lifespan that never starts": "import asyncio, contextlib\nfrom fastapi import FastAPI\n"
    "@contextlib.asynccontextmanager\nasync def life(app):\n    await asyncio.sleep(3600)\n    yield\n"
    "app = FastAPI(lifespan=life)\n",
}
HARMLESS = {
    "chinese": "# 价格\n价格 = '便宜'\n",
    "10,000 lines": "x = 1\n" * 10_000,
    "monkeypatched time": "import time\ntime.sleep = lambda s: None\ntime.monotonic = lambda: 0.0\n"
    "time.time = lambda: 0\n",
    "signal handlers": "import signal\nfor s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):\n"
    "    signal.signal(s, signal.SIG_IGN)\n",
    "changes directory": "import os\nos.chdir('/')\n",
    "needs the collector": "import gc, weakref\nclass Node: pass\n"
    "def forgotten():\n    node = Node()\n    node.self = node\n    return weakref.ref(node)\n"
    "assert gc.isenabled()\nnode = forgotten()\nwhile node() is not None:\n    [[each] for each in range(3000)]\n",
    "binds a port": "import socket\ns = socket.create_server(('127.0.0.1', 0))\n",
    "destructor that never ends": "class D:\n    def __del__(self):\n        while True: pass\nd = D()\n",
    "endless thread": "import threading\ndef spin():\n    while True: pass\n"
    "threading.Thread(target=spin, daemon=True).start()\n",
    "non-daemon thread": "import threading\nthreading.Thread(target=threading.Event().wait).start()\n",
    "output of 100 MB": "print('x' * (100 << 20))\n",
    "forked child that stays": "import os, time\nif os.fork() == 0:\n    time.sleep(600)\n    os._exit(0)\n",
    "output without end": "import threading\ndef say():\n    while True: print('x' * 9999)\n"
    "threading.Thread(target=say, daemon=True).start()\n",
    "sleeping grandchild": "import subprocess\nsubprocess.Popen(['sleep', '306'], start_new_session=True)\n",
}


TELLING = {"monkeypatched time", "endless thread"}
REFUSED = {name: [] if name in TELLING else [pytest.mark.at_length] for name in HARMLESS}


@pytest.fixture(scope="module", autouse=True)
def warm():
    grader().warm_up()
    grader().grade(Exercise.find("other_requests_keep_moving"), RIGHT)


@pytest.fixture(autouse=True)
def _nothing_left():
    yield
    guard = psutil.Process(keeper().guard)
    until(lambda: len([p for p in guard.children(recursive=True) if _is_of_a_grading(p)]) == 0, "nothing is left")
    assert not list(keeper().folder.glob("grading-*"))


def _is_of_a_grading(process: psutil.Process) -> bool:
    try:
        words = process.cmdline()
        return process.ppid() != keeper().guard and "guard.py" not in " ".join(words) and not _is_zygote(process)
    except psutil.NoSuchProcess:
        return False


def _is_zygote(process: psutil.Process) -> bool:
    """The warm process itself is a child of the supervisor; its forks have the same command line."""
    parent = process.parent()
    return parent is not None and any("guard.py" in word for word in parent.cmdline())


def graded(code: str, name: str = "other_requests_keep_moving", *, start_limit: float = 2.0, answer_limit: float = 1.0):
    return grader().grade(Exercise.find(name), code, start_limit=start_limit, answer_limit=answer_limit)


def unloadable() -> list:
    """Give each answer that cannot be loaded, with its limit: what never ends works until then, once for each check."""
    short = [pytest.param(code, 2.0, id=name) for name, code in LOADING.items()]
    return [*short, *(pytest.param(code, 0.5, id=name) for name, code in ENDLESS.items())]


@pytest.mark.parametrize(("code", "start_limit"), unloadable())
def test_answer_that_cannot_be_loaded_is_refused_with_a_reason(code, start_limit):
    verdict = graded(code, start_limit=start_limit)
    assert not verdict.passed
    assert verdict.broken


@pytest.mark.parametrize(("code", "start_limit"), unloadable())
def test_function_that_cannot_be_loaded_is_refused_with_a_reason(code, start_limit):
    verdict = graded(code, "every_carrier_is_asked_at_once", start_limit=start_limit)
    assert not verdict.passed
    assert verdict.broken or verdict.failure


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
def test_right_answer_with_strange_habits_passes(code):
    verdict = graded(code + RIGHT)
    assert verdict.passed, verdict


@pytest.mark.parametrize(
    "code", [pytest.param(HARMLESS[name], id=name, marks=marks) for name, marks in REFUSED.items()]
)
def test_starter_with_strange_habits_is_refused(code):
    verdict = graded(code + FUNCTION, "every_carrier_is_asked_at_once", answer_limit=0.5)
    assert not verdict.passed
    assert verdict.failure or verdict.broken


@pytest.mark.parametrize(
    "line",
    [
        "    while True: pass\n",
        "    import os; os._exit(3)\n",
        "    import os; os.kill(os.getpid(), 9)\n",
        "    import sys; sys.exit(1)\n",
        "    raise BaseException('enough')\n",
        "    import os; os.closerange(3, 4096)\n",
        "    import time; time.sleep(3600)\n",
        "    import threading; threading.Lock().acquire(); threading.Event().wait()\n",
        "    return quote.__wrapped__ if False else (lambda f: f(f))(lambda f: f(f))\n",
    ],
)
def test_route_that_misbehaves_is_refused(line):
    verdict = graded(STARTER.replace(ROUTE, line + ROUTE), answer_limit=0.5)
    assert not verdict.passed
    assert verdict.failure is not None or verdict.ended != "normally"


def test_broken_asyncio_is_no_pass_and_no_hang():
    ruin = "import asyncio\nasyncio.sleep = None\nasyncio.gather = None\nasyncio.run = None\n"
    assert not graded(ruin + RIGHT).passed
    assert not graded(ruin + FUNCTION, "every_carrier_is_asked_at_once").passed


def test_hang_names_its_line():
    code = STARTER.replace(ROUTE, "    while True: pass\n" + ROUTE)
    failure = graded(code, answer_limit=0.5).failure
    assert code.splitlines()[failure.line - 1] == "    while True: pass"


def test_top_level_await_is_explained():
    assert "A notebook lets a cell await at its top level" in graded(LOADING["top-level await"]).broken


def test_top_level_run_is_explained():
    verdict = graded(LOADING["top-level asyncio.run"])
    assert "an event loop that is running already" in verdict.broken
    assert verdict.line == 3
