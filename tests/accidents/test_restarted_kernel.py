"""A kernel is restarted in the midst of something: nothing of the old one is left, and the new one works."""

import fcntl

import psutil
import pytest

from tests.family import family_of
from tests.notebook.kernels import kernel
from tests.waiting import until
from unblocked.exercises import Exercise

NAME = "other_requests_keep_moving"

LOAD = """
from threading import Thread
from pathlib import Path
from unblocked import load, serve, upstream

def tell():
    while not carriers.waiting():
        pass
    Path("begun").touch()

carriers = upstream(latency=0)
carriers.hold()
Thread(target=tell, daemon=True).start()
parcel = serve("routes", carriers=carriers)
load(parcel, "/quotes/awaiting/{n}", n=5)
"""

GRADED = """%%exercise other_requests_keep_moving
open("{begun}", "a").write("loading ")
import fcntl
fcntl.flock(open("{held}"), fcntl.LOCK_SH)
"""


@pytest.fixture
def notebook(tmp_path):
    with kernel(tmp_path / "mine") as running:
        yield running


def restarted(notebook):
    """Restart it, and give what its predecessor had started."""
    family = family_of(notebook.manager.provisioner.pid)
    assert len(family) > 3
    notebook.restart()
    return family


def nothing_is_left(family):
    return not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_load_run_ends_with_its_kernel_and_the_next_one_runs(notebook, tmp_path):
    notebook.client.execute(LOAD)
    until((tmp_path / "mine" / "begun").exists, "requests are under way")
    family = restarted(notebook)
    until(lambda: nothing_is_left(family), "all that the old kernel has started is gone")
    assert notebook.run(LOAD.replace("carriers.hold()", "")).status == "ok"


def test_grading_ends_with_its_kernel_and_the_answer_is_kept(notebook, tmp_path):
    begun, held = tmp_path / "begun", tmp_path / "held"
    code = GRADED.format(begun=begun, held=held) + Exercise.find(NAME).solution.read_text()
    with held.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        notebook.client.execute(code)
        until(begun.exists, "the answer is being loaded")
        family = restarted(notebook)
        until(lambda: nothing_is_left(family), "all that the old kernel has started is gone")
    kept = tmp_path / "mine" / "answers" / "start_here" / f"{NAME}.py"
    assert kept.read_text().strip() == code.partition("\n")[2].strip()
    assert "passed" in notebook.run(code).text.lower()
