"""Kinds of answers beyond functions and apps; and every kind with processes that are spawned instead of forked."""

import socket
from pathlib import Path

import pytest

from unblocked.grading import Exercise, Grader, grader, suite_runner
from unblocked.grading.checking import load
from unblocked.grading.order import Order
from unblocked.processes import keeper
from unblocked.processes.starting import METHOD, method

PLACE = Path(__file__).parent / "course"
CATCHES = """
import pytest
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient
from shop import app

def test_price_is_given():
    assert TestClient(app).get("/prices/box").json() == {"price": 3}

async def test_unknown_thing_is_not_found():
    async with AsyncClient(transport=ASGITransport(app), base_url="http://shop") as client:
        assert (await client.get("/prices/moon")).status_code == 404
"""


@pytest.fixture
def suite():
    return Exercise.find("tests_catch_every_bug", place=PLACE)


def refusal(verdict):
    assert not verdict.passed
    return verdict.failure


def test_tests_that_catch_the_bug_pass(suite):
    verdict = grader().grade(suite, CATCHES)
    assert verdict.passed, verdict
    assert "2 passed" in verdict.printed


def test_tests_that_miss_the_bug_are_refused(suite):
    failure = refusal(grader().grade(suite, CATCHES.partition("async def")[0]))
    assert failure.name == "check_a_forgotten_404_is_caught"
    assert failure.got == "1 passed, 0 failed"


def test_test_that_fails_without_a_fault_is_shown(suite):
    code = CATCHES.replace("== 404", "== 410")
    failure = refusal(grader().grade(suite, code))
    assert failure.name == "check_what_is_right_passes"
    assert "assert 404 == 410" in failure.got
    assert "== 410" in code.splitlines()[failure.line - 1]


@pytest.mark.parametrize(
    ("code", "got", "line"),
    [
        ("", "no test", None),
        ("x = 1\nimport shopp\n", "ModuleNotFoundError: No module named 'shopp'", 2),
        ("def test_it(:\n", "SyntaxError: invalid syntax", 1),
        ("import os\ndef test_it():\n    os._exit(3)\n", "Your tests ended their own process", None),
        ("def test_it():\n    while True: pass\n", "no end within 1 s", 2),
        ("def test_it():\n    import sys; sys.exit(1)\n", "0 passed, 1 failed: SystemExit: 1", 2),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt", 1),
        ("import time\ntime.sleep(100)\n", "no end within 1 s", 2),
    ],
)
def test_tests_that_cannot_be_run_are_refused_with_a_reason(suite, code, got, line):
    failure = refusal(grader().grade(suite, code, answer_limit=1.0))
    assert failure.name == "check_what_is_right_passes"
    assert got in failure.got
    assert failure.line == line


def test_settings_of_folders_above_are_not_for_the_answer(suite):
    above = keeper().folder / "conftest.py"
    above.write_text("raise RuntimeError('not yours')\n")
    try:
        assert grader().grade(suite, CATCHES).passed
    finally:
        above.unlink()


def test_run_has_as_much_time_as_the_machine_is_busy(suite, tmp_path, monkeypatch):
    monkeypatch.setenv(METHOD, "spawn")
    monkeypatch.setattr(suite_runner, "stretch", lambda: 0.0)
    place = str(tmp_path)
    order = Order(suite.name, str(suite.checks), place, place, limit=1.0, start_limit=1.0, answer_limit=1.0)
    order.copy.write_text("def test_it(): pass\n")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        broken = suite_runner._run(order, ours)["broken"]
    assert broken["message"] == "Your tests do not end, and one call of them lets no other thread of Python run."


def test_pass_comes_with_what_it_proves_and_advice(suite):
    verdict = grader().grade(suite, CATCHES)
    assert verdict.proven == "Tests that pass where all is right, and fail where something is broken."
    assert [(each.rank, each.text) for each in verdict.advice] == [("well done", "no server is started for this.")]
    assert verdict.as_json()["advice"] == [{"rank": "well done", "text": "no server is started for this."}]


def test_refusal_comes_without_advice(suite):
    assert grader().grade(suite, CATCHES.partition("async def")[0]).advice == ()


@pytest.fixture
def spawning(monkeypatch):
    monkeypatch.setenv(METHOD, "spawn")
    private = Grader()
    yield private
    private.close()


@pytest.mark.long
def test_spawned_processes_give_the_same_verdicts(spawning, suite):
    app, function = Exercise.find("other_requests_keep_moving"), Exercise.find("every_carrier_is_asked_at_once")
    assert spawning.grade(app, app.solution.read_text()).passed
    assert refusal(spawning.grade(function, function.starter)).line
    assert spawning.grade(suite, CATCHES).passed


@pytest.mark.long
def test_spawned_answer_that_cannot_run_is_told_why(spawning):
    exercise = Exercise.find("other_requests_keep_moving")
    first = load(exercise.checks)[0].name  # one check, for each imports all that it uses
    unknown = spawning.grade(exercise, "import fastapii\n", up_to=first)
    assert unknown.broken == "ModuleNotFoundError: No module named 'fastapii'"
    endless = spawning.grade(exercise, "while True: pass\n", start_limit=0.5, up_to=first)
    assert "still starting" in endless.broken


def test_forking_is_for_linux_only(monkeypatch):
    monkeypatch.delenv(METHOD, raising=False)
    chosen = []
    for platform in ("linux", "darwin"):
        monkeypatch.setattr("sys.platform", platform)
        chosen.append(method())
    assert chosen == ["fork", "spawn"]


def test_start_method_can_only_be_one_of_two(monkeypatch):
    monkeypatch.setenv(METHOD, "vfork")
    with pytest.raises(ValueError, match="`fork` or `spawn`"):
        method()
