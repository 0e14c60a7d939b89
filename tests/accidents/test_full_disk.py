"""The disk is full where services and gradings have their files: a sentence says so, and nobody is blamed."""

import shutil

import pytest

from unblocked import serve
from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.grading import grader
from unblocked.processes import runtime

EXERCISE = Exercise.find("other_requests_keep_moving")


@pytest.fixture
def room(monkeypatch):
    """Make the disk full after so many looks at it."""

    def fill(*, after=0):
        left = [after]

        def disk_usage(_):
            left[0] -= 1
            return shutil._ntuple_diskusage(10**12, 0, 10**12 if left[0] >= 0 else 77_000)

        monkeypatch.setattr(runtime.shutil, "disk_usage", disk_usage)

    return fill


def test_service_is_not_started_and_says_why(room, carriers):
    room()
    with pytest.raises(
        Fault, match=r"The disk is full: `/.*`, where services .* 77 kB left\. Free some space there, or"
    ):
        serve("start_here", carriers=carriers)


def test_answer_is_not_graded_and_says_why(room):
    grader().warm_up()
    room()
    with pytest.raises(Fault, match="The disk is full"):
        grader().grade(EXERCISE, EXERCISE.solution.read_text())


def test_answer_is_not_blamed_for_a_disk_that_has_filled_meanwhile(room):
    grader().warm_up()
    room(after=1)
    with pytest.raises(Fault, match="The disk is full"):
        grader().grade(EXERCISE, EXERCISE.starter)


def test_answer_that_has_passed_has_passed(room):
    grader().warm_up()
    room(after=1)
    assert grader().grade(EXERCISE, EXERCISE.solution.read_text()).passed
