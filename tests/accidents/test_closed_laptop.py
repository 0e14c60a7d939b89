"""A laptop is closed in the midst of something: everything stops, and goes on later."""

import contextlib
import fcntl
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.family import family_of
from tests.waiting import until
from unblocked import load, serve
from unblocked.exercises import Exercise
from unblocked.grading import Grader
from unblocked.grading.grader import ANSWER_LIMIT, START_LIMIT
from unblocked.processes import keeper

NAME = "other_requests_keep_moving"
ASLEEP = 1.2 * max(START_LIMIT, ANSWER_LIMIT)
"""Seconds, more than what an answer may take."""
NOT_READY = 1.0
"""Seconds, less than that."""


@contextlib.contextmanager
def asleep():
    """Stop everything that this process has started, as if the laptop were closed; afterwards all goes on."""
    stopped = []
    while new := [p for p in [psutil.Process(keeper().guard), *family_of(keeper().guard)] if p not in stopped]:
        for process in new:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
        stopped += new
    try:
        yield
    finally:
        for process in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


@pytest.mark.long
def test_answer_is_not_said_to_hang(tmp_path):
    begun, lid, grader = tmp_path / "begun", tmp_path / "lid", Grader()
    waits = f"""
import fcntl
open({str(begun)!r}, "a").write("loading ")
fcntl.flock(open({str(lid)!r}), fcntl.LOCK_SH)
"""
    exercise = Exercise.find(NAME)
    with lid.open("w") as closed, ThreadPoolExecutor() as pool:
        fcntl.flock(closed, fcntl.LOCK_EX)
        grading = pool.submit(grader.grade, exercise, waits + exercise.solution.read_text())
        until(lambda: begun.exists() and begun.read_text(), "the answer is being loaded")
        with asleep():
            time.sleep(ASLEEP)
        time.sleep(NOT_READY)  # it is not ready at once: who has counted the sleep gives up now
        fcntl.flock(closed, fcntl.LOCK_UN)
        verdict = grading.result()
    grader.close()
    assert verdict.passed, str(verdict)


def test_requests_under_way_are_answered_afterwards(carriers):
    with serve("routes", carriers=carriers) as lab, ThreadPoolExecutor() as pool:
        carriers.hold()
        under_way = pool.submit(load, lab, "/quotes/awaiting/{n}", n=3)
        until(lambda: len(carriers.waiting("*")) == 3, "all wait for the carriers")
        with asleep():
            time.sleep(1)
        carriers.release()
        assert under_way.result().answered == 3
