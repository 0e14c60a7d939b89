"""A check waits for an answer as long as it works, and no longer than it rests."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.waiting import until
from unblocked.grading import patience as patience_module
from unblocked.grading.patience import LOOKS, LOOKS_WHERE_NOBODY_KNOWS, Patience, stretch
from unblocked.processes import kernel


@pytest.fixture(autouse=True)
def overseer(monkeypatch):
    """The process that takes what an answer prints; here it is not that which happens to run the tests."""
    state = SimpleNamespace(behind=False)
    monkeypatch.setattr(patience_module, "_is_behind", lambda: state.behind)
    return state


class Answer:
    """An answer whose rest and processor time the test decides."""

    def __init__(self, *, quiet):
        self.quiet, self.used = quiet, 0.0

    def patience(self, *, least=0.0, most=5.0):
        return Patience(least=least, most=most, is_quiet=lambda: self.quiet, spent=lambda: self.used)


def looks_until_over(patience):
    for look in range(1, 1000):
        if patience.over:
            return look
    return None


def test_answer_that_rests_is_given_up_after_a_few_looks():
    assert looks_until_over(Answer(quiet=True).patience()) == LOOKS


def test_answer_does_not_rest_before_what_it_prints_is_taken(overseer):
    patience = Answer(quiet=True).patience()
    overseer.behind = True
    assert not any(patience.over for _ in range(3 * LOOKS))
    overseer.behind = False
    assert looks_until_over(patience) == LOOKS


def test_answer_of_which_nobody_knows_gets_more_looks():
    assert looks_until_over(Answer(quiet=None).patience()) == LOOKS_WHERE_NOBODY_KNOWS


def test_answer_that_works_is_waited_for():
    answer = Answer(quiet=False)
    patience = answer.patience()
    assert looks_until_over(patience) is None
    answer.used = 5.0
    assert patience.over


def test_work_in_between_begins_the_rest_anew():
    answer = Answer(quiet=True)
    patience = answer.patience()
    assert [patience.over for _ in range(LOOKS - 1)] == [False] * (LOOKS - 1)
    answer.quiet = False
    assert not patience.over
    answer.quiet = True
    assert looks_until_over(patience) == LOOKS


@pytest.mark.parametrize(("crowding", "given_up"), [(1.0, True), (30.0, False)])
def test_busy_machine_gives_an_answer_more_time_by_the_clock(monkeypatch, crowding, given_up):
    monkeypatch.setattr(kernel, "crowding", lambda: crowding)
    now = [0.0]
    monkeypatch.setattr("unblocked.processes.awake.monotonic", lambda: now[0])
    patience = Answer(quiet=False).patience(most=5.0)
    for _ in range(20):  # more than three times five
        assert not patience.over or now[0] >= 15.0
        now[0] += 1.0
    assert patience.over is given_up


def test_stretch_has_its_bounds(monkeypatch):
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    assert 1.0 <= stretch() <= 20.0
    monkeypatch.setattr(os, "getloadavg", lambda: (1e6, 0.0, 0.0))
    assert stretch() == 20.0


def test_least_is_waited_for_in_any_case():
    assert looks_until_over(Answer(quiet=True).patience(least=100.0)) is None


def test_event_ends_the_wait():
    come = []
    assert Answer(quiet=False).patience().wait(lambda: come, lambda _, *, limit: come.append(limit))
    assert len(come) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what a thread does")
def test_system_tells_who_works_and_who_sleeps():
    code = (
        "import threading, time; threading.Thread(target=time.sleep, args=[60]).start(); input(); 1 + 1\nwhile 1: pass"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as child:
        try:
            until(lambda: kernel.are_asleep(child.pid), "all its threads sleep")
            used = kernel.processor_time(child.pid)
            child.stdin.write(b"\n")
            child.stdin.flush()
            until(lambda: kernel.are_asleep(child.pid) is False, "one works")
            until(lambda: kernel.processor_time(child.pid) > used, "its time is counted")
            assert kernel.processor_time(os.getpid()) >= kernel.processor_time(child.pid)
        finally:
            child.kill()
    assert kernel.processor_time(child.pid) is None
