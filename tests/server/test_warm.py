"""An app starts as a copy of a warm process, and is what it would be in a fresh Python."""

import os

import pytest

from tests.server.asking import get
from tests.waiting import until
from unblocked import serve
from unblocked.processes import keeper
from unblocked.processes.starting import METHOD, method
from unblocked.server.warm import Warm, warm

APP = """
import os
import sys

from fastapi import FastAPI

import beside

app = FastAPI()


@app.get("/")
async def here() -> dict:
    return {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "folder": os.getcwd(),
        "parcel": os.environ.get("PARCEL"),
        "path": sys.path,
        "hash": hash("parcel"),
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
            return get(service.url).json()

    return served


def warmed():
    """Wait until a process is warm, and give it."""
    until(lambda: warm().process(os.environ), "a process is warm")
    return warm().process(os.environ)


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
def test_warm_process_that_was_killed_is_made_anew(app):
    before = warmed()
    before.stop()
    assert app()["beside"] == "from the path"
    assert warmed().pid != before.pid


def test_nothing_is_warmed_where_forking_is_not_safe(monkeypatch):
    monkeypatch.setenv(METHOD, "spawn")
    before = list(keeper().folder.iterdir())
    assert Warm().process(os.environ) is None
    assert list(keeper().folder.iterdir()) == before
