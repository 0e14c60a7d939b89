"""A hang is ended, and its verdict says where the code stood: on the loop, in a thread, or at an `await`."""

import pytest

from unblocked.grading import Exercise, grader

APP = Exercise.find("other_requests_keep_moving")
SHORT = 0.5
FUNCTION = Exercise.find("every_carrier_is_asked_at_once")


def app(body: str, *, kind: str = "async def") -> str:
    return f"""import asyncio, threading, time
from fastapi import FastAPI
app = FastAPI()

@app.get("/quotes/{{parcel}}")
{kind} quote(parcel: int):
    {body}

@app.get("/health")
async def health():
    return {{"ok": True}}
"""


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (app("while True: pass"), "The event loop's only thread stands on this line"),
        (app("time.sleep(3600)"), "The event loop's only thread stands on this line"),
        (app("while True: pass", kind="def"), "A thread (`AnyIO worker thread`) stands on this line"),
        (app("threading.Event().wait()", kind="def"), "A thread (`AnyIO worker thread`) stands on this line"),
        (app("await asyncio.Event().wait()"), "The code awaits something on this line"),
    ],
)
def test_route_that_hangs_is_located(code, says):
    failure = grader().grade(APP, code, answer_limit=SHORT).failure
    assert failure.hung
    assert says in failure.meaning
    assert failure.line == 7


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("while True: pass", "The event loop's only thread stands on this line"),
        ("await asyncio.to_thread(threading.Event().wait)", "The code awaits something on this line"),
        ("await asyncio.Event().wait()", "The code awaits something on this line"),
    ],
)
def test_function_that_hangs_is_located(body, says):
    code = f"import asyncio, threading\nasync def quotes(carriers, parcel):\n    {body}\n"
    verdict = grader().grade(FUNCTION, code, answer_limit=SHORT)
    assert verdict.failure.hung
    assert says in verdict.failure.meaning
    assert verdict.failure.line == 3
    assert not verdict.loads
