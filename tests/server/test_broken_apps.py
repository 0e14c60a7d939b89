"""An app that does not start says so in its author's words and lines, never in those of the server."""

import re

import psutil
import pytest

from unblocked import serve
from unblocked.course import course
from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.server import served
from unblocked.server.failure import Failure

LIFESPAN = """
    from contextlib import asynccontextmanager
    import asyncio, sys
    from fastapi import FastAPI

    @asynccontextmanager
    async def lifespan(app):
        BODY
        yield

    app = FastAPI(lifespan=lifespan)
"""

BROKEN = {
    "syntax error": ("ok = 1\ndef f(:\n", "SyntaxError: invalid syntax", 2),
    "bracket": ("ok = 1\napp = FastAPI(\n", "SyntaxError: '(' was never closed", 2),
    "indentation": ("ok = 1\n  two = 2\n", "IndentationError: unexpected indent", 2),
    "import": ("ok = 1\nimport fastapii\n", "ModuleNotFoundError: No module named 'fastapii'", 2),
    "top level": ("def f():\n    return 1 / 0\n\nf()\n", "ZeroDivisionError: division by zero", 2),
    "framework's complaint": (
        "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\nasync def f() -> FastAPI: ...\n",
        "fastapi.exceptions.FastAPIError: Invalid args for response field!",
        3,
    ),
    "many lines": ("raise ValueError('first\\nsecond')\n", "ValueError: first", 1),
    "settings": (
        "from pydantic import BaseModel\nclass Settings(BaseModel):\n    limit: int\nSettings(limit='many')\n",
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings: limit: Input should",
        4,
    ),
    "sys.exit": ("import sys\nsys.exit(3)\n", "The app's code calls `sys.exit()` while it is imported", 2),
    "lifespan": (LIFESPAN.replace("BODY", "raise RuntimeError('no database')"), "RuntimeError: no database", 7),
    "lifespan leaves": (LIFESPAN.replace("BODY", "sys.exit(3)"), "SystemExit: 3", 7),
    "group": (
        LIFESPAN.replace("BODY", "async with asyncio.TaskGroup(): raise KeyError('price')"),
        "KeyError: 'price'",
        7,
    ),
}  # fmt: skip


def told(target="broken.py", **options):
    with pytest.raises(Fault) as fault:
        serve(target, **options)
    assert not re.search("site-packages|starlette/|uvicorn/|importlib|unblocked/", fault.value.message)
    return fault.value.message


@pytest.mark.parametrize("broken", BROKEN)
def test_authors_own_line_is_named(broken, write, carriers):
    text, message, line = BROKEN[broken]
    file = write("broken.py", text)
    first, _, rest = told(carriers=carriers).partition("\n")
    assert first.startswith(f"`broken` did not start: {message}")
    assert first.endswith(f"(line {line} of broken.py)")
    assert rest.startswith("\nTraceback (your lines only):\n")
    assert f'File "{file}", line {line}' in rest


def test_missing_app_is_named_with_the_one_there_is(write, carriers):
    write("broken.py", "from fastapi import FastAPI\napi = FastAPI()\n")
    sentence = "`broken` did not start: There is no `app` in `broken.py`. It has `api`: serve `broken.py:api`."
    assert told(carriers=carriers) == sentence


def test_missing_app_of_a_module_is_named(write, carriers):
    write("shop/main.py", "")
    sentence = "`shop.main` did not start: There is no `api` in `shop.main`."
    assert told("shop.main:api", carriers=carriers) == sentence


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ("7", "`app` in `broken.py` is of type `int`, not an app such as `FastAPI()`."),
        ("None", "`app` in `broken.py` is of type `NoneType`, not an app such as `FastAPI()`."),
        ("FastAPI", "`app` in `broken.py` is the class `FastAPI`, not an app: `FastAPI()` makes one."),
    ],
)
def test_what_is_no_app_is_named(app, words, write, carriers):
    write("broken.py", f"from fastapi import FastAPI\napp = {app}\n")
    assert told(carriers=carriers) == f"`broken` did not start: {words}"


def test_sudden_end_gives_the_code(write, carriers):
    write("broken.py", "import os\nos._exit(7)\n")
    sentence = "`broken` ended while it started, with code 7. Does its code call `os._exit()`? It printed nothing."
    assert told(carriers=carriers) == sentence


def test_sudden_end_shows_what_was_printed(write, carriers):
    write("broken.py", "import os\nprint('so far so good')\nos._exit(7)\n")
    assert told(carriers=carriers).endswith("with code 7. It printed:\n\nso far so good\n")


def test_endless_lifespan_is_given_up(write, carriers, monkeypatch):
    write("quick.py", "1 / 0\n")
    told("quick.py", carriers=carriers)  # now the guard has all its own processes
    monkeypatch.setattr(served, "START_LIMIT", 2.0)
    write("broken.py", LIFESPAN.replace("BODY", "await asyncio.Event().wait()"))
    guard = psutil.Process(keeper().guard)
    before = {p.pid for p in guard.children(recursive=True)}
    sentence = "`broken` is still starting after 2 s. Does its lifespan, or a line at its top level, never end?"
    assert told(carriers=carriers) == sentence
    assert {p.pid for p in guard.children(recursive=True)} == before


def test_app_without_lifespan_is_served(write, carriers):
    write(
        "raw.py",
        """
        async def app(scope, receive, send):
            assert scope["type"] == "http"
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})
        """,
    )
    with serve("raw.py", carriers=carriers) as raw:
        assert raw.running


def test_lifespan_that_fails_at_the_end_stops_all_the_same(write, carriers):
    write(
        "ending.py",
        LIFESPAN.replace("BODY", "pass").replace("yield", "yield\n        raise RuntimeError('at the end')"),
    )
    with serve("ending.py", carriers=carriers) as ending:
        assert ending.requests == 0
    assert "RuntimeError: at the end" in ending.log


def test_word_of_a_raw_app_is_told(write, carriers):
    write(
        "raw.py",
        """
        async def app(scope, receive, send):
            await send({"type": "lifespan.startup.failed", "message": "no tables"})
        """,
    )
    assert (
        told("raw.py", carriers=carriers) == "`raw` did not start: The app's lifespan failed while starting. no tables"
    )


def test_folder_with_a_similar_name_is_its_authors():
    file = course() / "unblocked-answers" / "mine.py"
    code = compile("1 / 0", str(file), "exec")
    with pytest.raises(ZeroDivisionError) as error:
        exec(code)
    assert Failure.of(error.value).file == str(file)
