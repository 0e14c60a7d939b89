"""A clock that does not count the time in which nobody looked at it."""

import pytest

from unblocked.processes import awake
from unblocked.processes.awake import STEP, Awake


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(awake, "monotonic", lambda: now[0])
    return now


def test_time_is_counted_for_whoever_looks_often(clock):
    seconds = Awake()
    for _ in range(40):
        clock[0] += STEP / 4
        seconds()
    assert seconds() == pytest.approx(10 * STEP)


def test_hour_of_sleep_counts_as_one_step(clock):
    seconds = Awake()
    clock[0] += STEP / 2
    assert seconds() == pytest.approx(STEP / 2)
    clock[0] += 3600
    assert seconds() == pytest.approx(STEP * 1.5)
