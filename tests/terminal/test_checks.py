"""`check`, `hint`, `reset` and the others, as a terminal sees them: words and exit codes."""

import json

import pytest

from unblocked import cli
from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.workspace import answers, folder

NAME = "other_requests_keep_moving"


@pytest.fixture
def exercise():
    return Exercise.find(NAME)


@pytest.fixture
def own(exercise):
    path = answers.place(exercise.lesson, exercise.name)
    path.parent.mkdir(parents=True)
    return path


def test_right_answer_gives_zero(own, exercise, capsys):
    own.write_text(exercise.solution.read_text())
    assert cli.main(["check", NAME]) == 0
    assert f"Passed. {NAME}: all 3 checks proven" in capsys.readouterr().out


def test_wrong_answer_gives_one_and_says_why(own, exercise, capsys):
    own.write_text(exercise.starter)
    assert cli.main(["check", NAME]) == 1
    told = capsys.readouterr().out
    assert "Not yet." in told
    assert "asked for /health while the carrier kept the question" in told
    assert "❱ 13" in told


def test_code_that_cannot_run_is_shown_with_its_line(own, capsys):
    own.write_text("from fastapi import FastAPI\napp = FastAPI(\n")
    assert cli.main(["check"]) == 1
    told = capsys.readouterr().out
    assert "your code could not be run" in told
    assert "'(' was never closed" in told
    assert "❱ 2 app = FastAPI(" in told


def test_json_is_one_line_of_data(exercise, capsys):
    assert cli.main(["check", NAME, "--answer", str(exercise.solution), "--json"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    verdict = json.loads(line)
    assert verdict["exercise"] == NAME
    assert verdict["passed"] is True
    assert {"name", "passed", "claim", "did", "got", "expected", "meaning", "line"} <= set(verdict["checks"][0])


def test_other_file_is_no_attempt(exercise, capsys):
    cli.main(["check", NAME, "--answer", str(exercise.solution)])
    cli.main(["list"])
    assert f"open    start_here     {NAME}" in capsys.readouterr().out


def test_missing_answer_begins_with_the_starter(exercise, capsys):
    assert cli.main(["check", NAME]) == 1
    assert "There was no answer yet. The starter is now in" in capsys.readouterr().err
    assert answers.place(exercise.lesson, NAME).read_text() == exercise.starter


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "other_request_keep_moving"], f"Did you mean `{NAME}`"),
        (["check"], "You have no answers yet"),
        (["check", NAME, "--answer", "/nowhere.py"], "`/nowhere.py` cannot be read"),
        (["check", "--answer", "x.py", NAME, "every_carrier_is_asked_at_once"], "goes with one exercise"),
        (["reset", "nothing_like_it"], "There is no exercise or lesson `nothing_like_it`"),
    ],
)
def test_fault_is_a_sentence(words, says):
    with pytest.raises(Fault, match=says):
        cli.main(words)


def test_reset_keeps_what_was_there(own, exercise, capsys):
    own.write_text("# my work\n")
    assert cli.main(["reset", NAME]) == 0
    assert own.read_text() == exercise.starter
    assert own.with_name(f"{NAME}.1.py").read_text() == "# my work\n"
    assert f"{NAME}.1.py" in capsys.readouterr().out


def test_lesson_begins_anew(capsys):
    assert cli.main(["reset", "routes"]) == 0
    copy = folder.workspace() / "notebooks" / "02_routes.ipynb"
    fresh = copy.read_bytes()
    copy.write_text("torn")
    assert cli.main(["reset", "2"]) == 0
    assert copy.read_bytes() == fresh
    assert copy.with_name("02_routes.1.ipynb").read_text() == "torn"
    assert "02_routes.1.ipynb" in capsys.readouterr().out


def test_hint_and_solution_are_printed(capsys):
    cli.main(["hint", NAME])
    cli.main(["solution", NAME, "--anyway"])
    told = capsys.readouterr().out
    assert "Hint 1 of 3: Five red bars" in told
    assert "\ndef quote(parcel: int)" in told
    assert "```" not in told


def test_progress_is_printed(capsys):
    cli.main(["progress"])
    assert "Start here: 0 of 1 core exercises passed" in capsys.readouterr().out
