"""The app of an imported answer, hosted in the check's process: it starts, answers and ends, or it is said why not."""

from pathlib import Path

import pytest

from unblocked.grading import Exercise, grader

PLACE = Path(__file__).parent / "course"
RIGHT = """
import asyncio
import os
import threading
import time
from contextlib import asynccontextmanager

from fastapi import FastAPI

is_open, seen, mine = [], [], threading.local()


@asynccontextmanager
async def lifespan(app):
    is_open[:] = [True]
    yield
    is_open[:] = [False]


app = FastAPI(lifespan=lifespan)


@app.get("/turns")
def turn():
    mine.turn = getattr(mine, "turn", 0) + 1
    return {"turn": mine.turn}


@app.get("/prices/gold")
async def gold():
    return {"price": 9}


@app.get("/prices/{thing}")
async def price(thing):
    seen.append(time.perf_counter())
    return {"price": 3}
"""
OPENS, CLOSES, SELLS = "is_open[:] = [True]", "is_open[:] = [False]", '    return {"price": 3}'
BROKEN = 'raise ValueError("no shop. Sorry.")  # here'
HANGS = "await asyncio.sleep(3600)  # here"


@pytest.fixture
def exercise():
    return Exercise.find("apps_are_hosted", place=PLACE)


def test_app_that_starts_answers_and_ends_passes(exercise):
    verdict = grader().grade(exercise, RIGHT)
    assert verdict.passed, verdict


@pytest.mark.parametrize(
    ("right", "wrong", "did", "got", "meaning"),
    [
        (
            OPENS,
            BROKEN,
            "started the app",
            "an exception; your code printed which",
            "What comes before the `yield` of the lifespan raises, or does not end. "
            "Your code raised `ValueError: no shop. Sorry.`.",
        ),
        (
            SELLS,
            f"    {BROKEN}",
            "asked for `/prices/box`",
            "500 Internal Server Error",
            "The routes must answer as before. Your code raised `ValueError: no shop. Sorry.`.",
        ),
        (
            CLOSES,
            BROKEN,
            "started the app, and had it end",
            "an exception; your code printed which",
            "What comes after the `yield` of the lifespan raises. Your code raised `ValueError: no shop. Sorry.`.",
        ),
    ],
    ids=["start", "route", "end"],
)
def test_exception_is_said_with_its_line(exercise, right, wrong, did, got, meaning):
    assert right in RIGHT
    code = RIGHT.replace(right, wrong)
    failure = grader().grade(exercise, code, answer_limit=1.0).failure
    assert (failure.did, failure.got, failure.meaning) == (did, got, meaning)
    assert code.splitlines()[failure.line - 1].endswith("# here")


@pytest.mark.parametrize(
    ("right", "did", "got", "meaning"),
    [
        (
            OPENS,
            "started the app",
            "it is still starting",
            "What comes before the `yield` of the lifespan raises, or does not end.",
        ),
        (
            CLOSES,
            "started the app, and had it end",
            "it does not come to an end",
            "After the `yield` of its lifespan, the app waits for something that does not come.",
        ),
    ],
    ids=["start", "end"],
)
def test_lifespan_that_hangs_is_said(exercise, right, did, got, meaning):
    failure = grader().grade(exercise, RIGHT.replace(right, HANGS), answer_limit=1.0).failure
    assert (failure.did, failure.got, failure.meaning) == (did, got, meaning)


def test_reply_that_does_not_come_is_a_hang_on_its_line(exercise):
    code = RIGHT.replace(SELLS, f"    {HANGS}")
    failure = grader().grade(exercise, code, answer_limit=1.0).failure
    assert (failure.did, failure.got, failure.hung) == ("asked for `/prices/box`", "no answer", True)
    assert code.splitlines()[failure.line - 1].endswith("# here")


def test_other_reply_is_refused_with_both(exercise):
    failure = grader().grade(exercise, RIGHT.replace(SELLS, '    return {"price": 4}')).failure
    assert (failure.got, failure.expected) == ('200 {"price":4}', '200 {"price": 3}')
    assert (failure.meaning, failure.line) == ("The routes must answer as before.", None)


def test_reply_of_500_without_an_exception_blames_nobody(exercise):
    code = RIGHT.replace("import FastAPI", "import FastAPI, Response").replace(
        SELLS, "    return Response(status_code=500)"
    )
    failure = grader().grade(exercise, code).failure
    assert (failure.got.strip(), failure.meaning) == ("500", "The routes must answer as before.")


@pytest.mark.parametrize(
    ("right", "wrong", "did", "meaning"),
    [
        ('{"price": 9}', '{"price": 8}', "asked for gold", "Gold has a price."),
        (
            OPENS,
            BROKEN,
            "opened the shop",
            "It stays closed. Your code raised `ValueError: no shop. Sorry.`.",
        ),
    ],
)
def test_words_are_those_of_the_check(exercise, right, wrong, did, meaning):
    outcomes = grader().grade(exercise, RIGHT.replace(right, wrong)).checks
    [said] = [each for each in outcomes if each.name == "check_other_words_can_be_given"]
    assert (said.did, said.meaning) == (did, meaning)


def test_app_that_cannot_be_started_twice_is_refused(exercise):
    failure = (
        grader().grade(exercise, RIGHT.replace(CLOSES, f"{CLOSES}\n    app.router.lifespan_context = None")).failure
    )
    assert failure.name == "check_it_is_open_from_start_to_end"
    assert (failure.did, failure.got) == ("started the app", "an exception; your code printed which")


def test_what_is_printed_is_the_answers_own(exercise):
    printed = grader().grade(exercise, RIGHT.replace(SELLS, f"    {BROKEN}")).printed
    assert "ValueError: no shop. Sorry." in printed
    assert "GET /prices" not in printed


@pytest.mark.parametrize(
    "body",
    [
        "    from labs.pool import Pool\n    return Pool(size=-1)  # here\n",
        "    async def fail():\n        raise LookupError  # here\n"
        "    async with asyncio.TaskGroup() as group:\n        group.create_task(fail())\n",
    ],
    ids=["module of the course", "task group"],
)
def test_innermost_line_of_the_answer_is_named(exercise, body):
    code = RIGHT.replace(SELLS, body)
    failure = grader().grade(exercise, code).failure
    assert failure.got == "500 Internal Server Error"
    assert code.splitlines()[failure.line - 1].endswith("# here")


def test_lifespan_that_is_not_run_is_seen(exercise):
    failure = grader().grade(exercise, RIGHT.replace("FastAPI(lifespan=lifespan)", "FastAPI()")).failure
    assert (failure.got, failure.expected) == ("[]", "open")
