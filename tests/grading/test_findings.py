"""What a verdict says of answers that beginners write: the line, the exception, and what to do."""

import re

import pytest

from unblocked.grading import Code, Exercise, grader

APP = Exercise.find("other_requests_keep_moving")
FUNCTION = Exercise.find("every_carrier_is_asked_at_once")
HEAD = """import threading, time
from fastapi import FastAPI
app = FastAPI()
lock = threading.Lock()

@app.get("/health")
async def health():
    return {"ok": True}

@app.get("/quotes/{parcel}")
async def quote(parcel: int):
"""


@pytest.mark.parametrize(
    "body",
    [
        "    lock.acquire()\n    lock.acquire()  # here\n",
        "    threading.Thread(target=time.sleep, args=[3600], daemon=True).start()\n"
        "    threading.enumerate()[-1].join()  # here\n",
        "    while True: time.sleep(0.01)  # here\n",
    ],
    ids=["bare lock", "join", "many short sleeps"],
)
def test_call_that_holds_the_loop_is_named(body):
    code = HEAD + body
    failure = grader().grade(APP, code, answer_limit=1.0).failure
    assert code.splitlines()[failure.line - 1].endswith("# here")
    assert "event loop's only thread" in failure.meaning


def test_exception_behind_a_500_is_named_with_its_line():
    code = HEAD + '    return {}["price"]\n'
    verdict = grader().grade(APP, code)
    assert verdict.failure.got.startswith("500")
    assert "Your code raised `KeyError: 'price'` on this line." in verdict.failure.meaning
    assert verdict.failure.line == len(code.splitlines())
    assert "site-packages" not in verdict.printed
    assert "KeyError: 'price'" in verdict.printed


def test_route_that_gives_what_it_does_not_declare_is_named():
    """FastAPI refuses it after the route, in an exception of many lines, with the file's name in them."""
    code = HEAD.replace("(parcel: int):", "(parcel: int) -> dict[str, int]:") + "    return None\n"
    failure = grader().grade(APP, code).failure
    assert code.splitlines()[failure.line - 1] == '@app.get("/quotes/{parcel}")'
    [said] = re.findall("Your code raised `.*` on this line", failure.meaning)
    assert "ResponseValidationError: 1 validation error: {'type': 'dict_type'" in said
    assert "'Input should be a valid dictionary', 'input': None}" in said
    assert ".py" not in failure.meaning


@pytest.mark.parametrize(
    "body",
    [
        "    from labs.pool import Pool\n    return Pool(size=-1)  # here\n",
        "    return first()\n\ndef first():\n    return {}['price']  # here\n",
    ],
    ids=["course's own module", "helper"],
)
def test_innermost_line_of_the_answer_is_named(body):
    code = HEAD + body
    failure = grader().grade(APP, code, up_to="check_a_customer_gets_the_price").failure
    assert code.splitlines()[failure.line - 1].endswith("# here")
    assert "Your code raised" in failure.meaning


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("def f():\n    await g()\n", "write `async def` in place of `def`"),
        ("await g()\n", "A notebook lets a cell await at its top level"),
        ("import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\nuvicorn.run(app)\n", "we serve the `app`"),
        ("import asyncio\nasync def f(): ...\nasyncio.run(f())\n", "Define the `async def` only"),
    ],
)
@pytest.mark.parametrize("exercise", [APP, FUNCTION], ids=["app", "function"])
def test_code_that_does_not_load_is_explained(exercise, code, says):
    assert says in grader().grade(exercise, code).broken


def test_code_knows_what_it_uses():
    code = Code("import asyncio as a\nfrom anyio import to_thread\nasync def f():\n    await to_thread.run_sync(g)\n")
    assert code.uses("anyio.to_thread.run_sync")
    assert not code.uses("asyncio.to_thread", "to_thread.run_sync", "asyncio.sleep")
    assert Code("import asyncio as a\na.sleep").uses("asyncio.sleep")
    assert code.is_async("f")
    assert code.awaits_in("f")
    assert not code.is_async("g")
