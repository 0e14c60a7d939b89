"""What every test starts from: the folder of the course, a workspace that is not the learner's, an outside world."""

import os
import signal
from itertools import islice
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[1]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's `&` and `nohup` ignore interrupts for all that they start, and what the tests start inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption(
        "--everything",
        action="store_true",
        help="also what shows at length what others show in short: grade all answers that are kept with the exercises, "
        "look at all pages that are of one kind, ...",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what shows at length what others show in short, unless everything is asked for; deal the rest."""
    if not config.getoption("everything"):
        at_length = [item for item in items if item.get_closest_marker("at_length")]
        config.hook.pytest_deselected(items=at_length)
        items[:] = [item for item in items if not item.get_closest_marker("at_length")]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = dealt(items, workers)


def dealt(items, workers):
    """Have each worker begin with some of the long tests: at the end, nobody waits for one that has just begun.

    Each worker is given as many tests as the next, in their order (`--dist worksteal`).
    """
    long = [item for item in items if item.get_closest_marker("long")]
    others = iter([item for item in items if not item.get_closest_marker("long")])
    left, given = len(items), []
    for worker in range(workers):
        begins_with = long[worker::workers]
        share = left // (workers - worker)
        given += [*begins_with, *islice(others, max(0, share - len(begins_with)))]
        left -= share
    return [*given, *others]


@pytest.fixture(autouse=True)
def in_the_course(monkeypatch, tmp_path):
    monkeypatch.chdir(COURSE)
    if "UNBLOCKED_WORKSPACE" not in os.environ:
        monkeypatch.setenv("UNBLOCKED_WORKSPACE", str(tmp_path / "workspace"))


@pytest.fixture(scope="module")
def outside():
    """An outside world that the tests of a file share. They ask for `carriers`, which is the same one at rest."""
    from unblocked.outside import Outside  # only where it is wanted: it takes a while to import

    with Outside(latency=0) as world:
        yield world


@pytest.fixture
def carriers(outside):
    """Nothing in flight, nothing counted; whatever a test holds is let go."""
    outside.mend()
    assert outside.wait_until_idle()
    outside.forget()
    yield outside
    outside.mend()
