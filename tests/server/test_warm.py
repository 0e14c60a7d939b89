"""An app starts as a copy of a warm process, and is what it would be in a fresh Python."""

import contextlib
import os

import psutil
import pytest

from tests.server.asking import get
from tests.waiting import until
from unblocked import serve, surroundings
from unblocked.processes import Keeper, keeper
from unblocked.processes.starting import METHOD, method
from unblocked.server.warm import USES, Warm, warm

APP = """
import gc
import os
import sys

from fastapi import BackgroundTasks, FastAPI

import beside

app = FastAPI()


@app.get("/")
async def here(tasks: BackgroundTasks) -> dict:
    tasks.add_task(print, "somebody asked")  # after the access log, which would pass it on
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "folder": os.getcwd(),
        "parcel": os.environ.get("PARCEL"),
        "path": sys.path,
        "hash": hash("parcel"),
        "collects": gc.isenabled(),
        "beside": beside.name,
        "modules": [name for name in sys.modules if name.startswith("labs")],
    }
"""


@pytest.fixture
def app(write, tmp_path, carriers, monkeypatch):
    """Serve it, and give what it says of itself."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "beside.py").write_text('name = "from the path"\n')
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    write("app.py", APP)

    def served(**env):
        with serve("app.py", carriers=carriers, env=env) as service:
            said = get(service.url).json()
            until(lambda: "somebody asked" in service.log, "what is printed is in the log at once")
            return said

    return served


def warmed():
    """Wait until a process is warm, and give it."""
    warm().begin()
    env = surroundings.clean(os.environ)
    until(lambda: warm().process(env), "a process is warm")
    return warm().process(env)


@pytest.mark.skipif(method() == "spawn", reason="here every app is started by a fresh Python")
def test_app_is_the_same_in_a_copy_and_in_a_fresh_python(app, monkeypatch):
    warmed()
    copied = app(PARCEL="7")
    monkeypatch.setenv(METHOD, "spawn")
    fresh = app(PARCEL="7")
    differs = {name for name in copied if copied[name] != fresh[name]}
    assert differs <= {"pid", "hash"}
    assert (copied["parcel"], copied["beside"], copied["modules"]) == ("7", "from the path", [])


@pytest.mark.skipif(method() == "spawn", reason="here every app is started by a fresh Python")
def test_copies_share_the_hash_of_texts_and_a_fresh_python_does_not(app):
    warmed()
    first, second = app(), app()
    assert first["hash"] == second["hash"]
    assert app(PYTHONHASHSEED="7")["hash"] != first["hash"]


@pytest.mark.skipif(method() == "spawn", reason="here every app is started by a fresh Python")
def test_warm_process_that_was_killed_is_made_anew(app, monkeypatch, tmp_path):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    before = warmed()
    before.stop()
    said = app()
    assert said["beside"] == "from the path"
    assert warmed().pid != before.pid
    monkeypatch.setenv("PYTHONPATH", "")
    (tmp_path / "beside.py").write_text('name = "from its folder"\n')
    copied = app()
    assert copied["beside"] == "from its folder"  # and the folder of before is no more looked into
    assert set(said["path"]) - set(copied["path"]) == {str(tmp_path / "elsewhere")}


@pytest.mark.skipif(method() == "spawn", reason="here every app is started by a fresh Python")
def test_warm_process_has_one_thread():
    assert psutil.Process(warmed().pid).num_threads() == 1  # a fork copies only the thread that calls it


@pytest.fixture
def keepers(monkeypatch, tmp_path):
    """Give the keepers of a test of its own: the last one counts, and what it is to warm never gets warm."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexec sleep 300\n")
    python.chmod(0o755)
    made = [Keeper()]
    monkeypatch.setattr("unblocked.server.warm.keeper", lambda: made[-1])
    monkeypatch.setattr("unblocked.server.warm.fresh", lambda *words: [str(python), *words])
    monkeypatch.setenv(METHOD, "fork")
    yield made
    for each in made:
        each.close()


@pytest.fixture
def cold(keepers):  # noqa: ARG001  # its processes
    made = Warm()
    yield made
    made.close()


def begun(keeper):
    return len(list(keeper.folder.glob("warm*.log")))


def test_nobody_waits_until_a_process_is_warm(cold, keepers):
    assert [(cold.process(surroundings.clean(os.environ)), cold.begin()) for _ in range(3)] == [(None, None)] * 3
    assert [begun(each) for each in keepers] == [1]


def test_whoever_is_waited_for_has_the_processor_first(cold, keepers):
    cold.process(surroundings.clean(os.environ))
    assert [begun(each) for each in keepers] == [0]


@pytest.mark.skipif(method() == "spawn", reason="here every app is started by a fresh Python")
@pytest.mark.parametrize("use", USES)
def test_whoever_starts_several_waits_for_one_that_imports(use):
    env = surroundings.clean(os.environ)
    with contextlib.closing(Warm()) as made:
        made.begin(use)
        assert made.process(env) is None
        made.wait(use, env)
        assert use in made._warm
        process = made.process(env)
        assert process is not None
    process.stop()


@pytest.mark.skipif(method() == "spawn", reason="here every app is started by a fresh Python")
def test_it_gets_as_warm_as_somebody_wants_it():
    env = surroundings.clean(os.environ)
    with contextlib.closing(Warm()) as made:
        made.begin("database")
        made.wait("database", env)
        assert made._warm == {"app", "database"}
        first = made.process(env)
        made.begin()  # what is there is warm for that
        made.begin("database")
        assert made.process(env) is first
        made.begin("worker")
        assert first.code is not None
        made.wait("worker", env)
        assert made._warm == set(USES)
        second = made.process(env)
    second.stop()


def test_several_that_need_fresh_pythons_do_not_wait(cold, keepers):
    cold.begin()
    cold.wait("worker", surroundings.clean(os.environ))  # for which it never gets warm
    cold.begin("worker")
    cold.wait("worker", surroundings.clean({**os.environ, "PYTHONHASHSEED": "7"}))
    keepers[0].close()
    cold.wait("worker", surroundings.clean(os.environ))
    assert cold.process(surroundings.clean(os.environ)) is None


def test_what_never_gets_warm_is_given_up(cold, monkeypatch):
    monkeypatch.setattr("unblocked.server.warm._PATIENCE", 0.2)
    cold.begin()
    cold.wait("worker", surroundings.clean(os.environ))
    assert cold.process(surroundings.clean(os.environ)) is None


def test_each_keeper_has_a_warm_process_of_its_own(cold, keepers):
    cold.begin()
    keepers.append(Keeper())
    assert cold.process(surroundings.clean(os.environ)) is None  # that of another keeper
    cold.begin()
    assert [begun(each) for each in keepers] == [1, 1]


def test_nothing_is_warmed_where_forking_is_not_safe(monkeypatch):
    monkeypatch.setenv(METHOD, "spawn")
    before = list(keeper().folder.iterdir())
    Warm().begin()
    assert Warm().process(surroundings.clean(os.environ)) is None
    assert list(keeper().folder.iterdir()) == before
