"""The commands as they are typed."""

import os
from pathlib import Path

import pytest

from tests.conftest import COURSE
from unblocked import cli
from unblocked.faults import Fault
from unblocked.notebook import room
from unblocked.stack import terminal


@pytest.fixture
def stayed(monkeypatch):
    calls = []
    monkeypatch.setattr(room, "stay", lambda **options: calls.append(options) or 0)
    return calls


@pytest.fixture
def handed_over(monkeypatch, tmp_path):
    """Note what pytest would be called with, and from where."""
    calls = []
    monkeypatch.setattr(os, "execv", lambda _python, argv: calls.append((Path.cwd(), argv[1:])))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2}, raising=False)
    monkeypatch.chdir(tmp_path)
    return calls


def test_start_opens_the_first_lesson_in_a_browser(stayed):
    assert cli.main(["start"]) == 0
    assert stayed == [{"port": None, "lesson": None, "browser": True}]


def test_start_takes_a_port_and_a_lesson(stayed):
    assert cli.main(["start", "--no-browser", "--port", "8000", "--lesson", "routes"]) == 0
    assert stayed == [{"port": 8000, "lesson": "routes", "browser": False}]


@pytest.mark.parametrize("port", ["0", "-1", "65536", "http"])
def test_start_refuses_what_is_no_port(stayed, port, capsys):
    assert cli.main(["start", "--port", port]) == 2
    assert "--port" in capsys.readouterr().err
    assert stayed == []


def test_a_fault_goes_to_the_door():
    with pytest.raises(Fault, match=r"There is no lesson `strat_here`\. Did you mean `start_here`"):
        cli.main(["start", "--lesson", "strat_here"])


def test_serve_is_thin(monkeypatch):
    calls = []
    monkeypatch.setattr(terminal, "run", lambda target, **options: calls.append((target, options)) or 5)
    assert cli.main(["serve", "routes", "--no-reload", "--latency", "2"]) == 5
    assert calls == [("routes", {"port": 0, "latency": 2.0, "reload": False})]


def test_build_says_what_it_built(monkeypatch, capsys):
    from unblocked.lessons import notebooks

    monkeypatch.setattr(notebooks, "build", lambda check: [COURSE / "notebooks" / "02_routes.ipynb"])  # noqa: ARG005
    assert cli.main(["build"]) == 0
    assert capsys.readouterr().out == "built: notebooks/02_routes.ipynb\n"
    assert cli.main(["build", "--check"]) == 1
    assert capsys.readouterr().out == "out of date: notebooks/02_routes.ipynb\n"


def test_tests_run_with_a_worker_a_core_and_one_more(handed_over):
    cli.main(["test"])
    assert handed_over == [(COURSE, ["-m", "pytest", "-n", "4", "--dist", "worksteal"])]


@pytest.mark.parametrize(
    "words",
    [
        ["-k", "one or two", "-x", "tests/bootstrap"],
        ["tests/test_cli.py::test_serve", "--lf", "-vv"],
        ["--maxfail=1", "--durations", "5", "--", "tests"],
    ],
)
def test_what_follows_goes_to_pytest(handed_over, words):
    cli.main(["test", *words])
    assert handed_over == [(COURSE, ["-m", "pytest", "-n", "4", "--dist", "worksteal", *words])]


@pytest.mark.parametrize("words", [["-n", "0"], ["-n8"], ["--pdb"], ["-s"], ["--help"], ["--numprocesses=2"]])
def test_words_that_want_it_otherwise_win(handed_over, words):
    cli.main(["test", *words])
    assert handed_over == [(COURSE, ["-m", "pytest", *words])]


def test_an_unknown_command_names_the_nearest(capsys):
    assert cli.main(["strat"]) == 2
    assert "start" in capsys.readouterr().err


def test_help_names_the_commands(capsys):
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(command in out for command in ("start", "test", "serve", "build"))
