"""What a learner's shell says of proxies, other servers and text keeps nobody from the course's own servers."""

import contextlib
import doctest
import subprocess
import sys

import pytest

from tests.grading import test_databases, test_kinds, test_queues
from tests.notebook.kernels import kernel
from unblocked import surroundings
from unblocked.grading import Exercise
from unblocked.grading.grader import Grader

NOBODY = "127.0.0.1:9"
PROXIES = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"), f"http://{NOBODY}")
CELERY = {f"CELERY_{name}": f"redis://{NOBODY}" for name in ("BROKER_URL", "BROKER_READ_URL", "RESULT_BACKEND")}
POSTGRES = {"PGSERVICE": "nowhere", "PGOPTIONS": "-c search_path=nowhere", "PGPORT": "9"}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0"}
TOOLS = {"PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "nowhere", "FORCE_COLOR": "1"}

ANSWERS = {
    "workers_are_hired": test_queues.RIGHT,
    "rows_are_kept": test_databases.RIGHT,
    "tests_catch_every_bug": test_kinds.CATCHES,
}


@pytest.fixture(autouse=True)
def shell(monkeypatch):
    """A shell that says all of this."""
    for name, value in (PROXIES | CELERY | POSTGRES | ASCII | TOOLS).items():
        monkeypatch.setenv(name, value)


def test_examples_in_docstrings_hold():
    assert doctest.testmod(surroundings).failed == 0


@pytest.mark.parametrize("name", ANSWERS)
def test_right_answer_passes_whatever_the_shell_says(name):
    exercise = Exercise.find(name, place=test_queues.PLACE)
    with contextlib.closing(Grader()) as grader:
        verdict = grader.grade(exercise, ANSWERS[name])
    assert verdict.passed, [(each.name, each.got) for each in verdict.checks if not each.passed]


def test_cells_ask_a_lab_and_its_database_whatever_the_shell_says(tmp_path, monkeypatch):
    for name in CELERY:  # these are for labs
        monkeypatch.delenv(name)
    with kernel(tmp_path / "workspace") as notebook:
        assert notebook.run("parcel = serve('database')\nimport psycopg, requests").errors == []
        asked = notebook.run("requests.get(parcel.url + '/health', timeout=60).ok")
        assert (asked.errors, asked.text) == ([], "True")
        counted = "connection.execute('SELECT count(*) > 0 FROM customers').fetchone()"
        asked = notebook.run(f"with psycopg.connect(parcel.parts['database'].url) as connection:\n    print({counted})")
        assert asked.errors == []


def test_what_is_said_of_a_server_of_ones_own_stays():
    said = surroundings.clean({"DATABASE_URL": "postgresql://db.example/parcel", **POSTGRES})
    assert POSTGRES.items() <= said.items()


def test_letters_that_a_terminal_lacks_keep_nobody_from_a_verdict():
    exercise = Exercise.find("other_requests_keep_moving")
    command = [sys.executable, "-m", "unblocked", "check", exercise.name, "--answer", exercise.folder / "starter.py"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"Five customers' quotes" in done.stdout
