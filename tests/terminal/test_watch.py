"""`watch` as a process: it is given keys and saves, and what it shows is read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import until
from unblocked.exercises import Exercise

EXERCISE = Exercise.find("other_requests_keep_moving")


class Watching:
    """A `watch` under way. Keys go in as lines; there is no terminal."""

    def __init__(self, workspace: Path, *words: str) -> None:
        self.out = workspace / "out.txt"
        self.answer = workspace / "answers" / EXERCISE.lesson / f"{EXERCISE.name}.py"
        workspace.mkdir(parents=True, exist_ok=True)
        env = {
            **os.environ,
            "UNBLOCKED_WORKSPACE": str(workspace),
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "120",
            "EDITOR": "",
        }
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "unblocked", "watch", *words],
                stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, text=True, env=env,
            )  # fmt: skip

    @property
    def text(self) -> str:
        return self.out.read_text()

    def press(self, key: str) -> None:
        self.process.stdin.write(f"{key}\n")
        self.process.stdin.flush()

    def shows(self, words: str, *, times: int = 1) -> None:
        until(lambda: self.text.count(words) >= times or self.process.poll() is not None, f"{words!r} in {self.text}")
        assert self.text.count(words) >= times, self.text

    def close(self) -> None:
        self.process.kill()
        with self.process:
            pass


@pytest.fixture
def watching(tmp_path):
    made = []

    def begin(*words: str) -> Watching:
        made.append(Watching(tmp_path / "workspace", *words))
        made[-1].shows("check  hint  solution")
        return made[-1]

    yield begin
    for one in made:
        one.close()


def test_save_is_checked_and_a_pass_goes_on(watching):
    watch = watching()
    assert "Other requests keep moving" in watch.text
    assert watch.answer.read_text() == EXERCISE.starter
    watch.answer.write_text(EXERCISE.starter + "# tried\n")
    watch.shows("Not yet. other_requests_keep_moving: 1 of 3 checks proven.")
    watch.answer.write_text(EXERCISE.solution.read_text())
    watch.shows("Passed. other_requests_keep_moving: all 3 checks proven")
    watch.shows("2 of ")
    watch.press("q")
    assert watch.process.wait(60) == 0


def test_starter_that_it_writes_itself_is_not_checked(watching):
    watch = watching()
    watch.press("l")
    watch.shows("> open    other_requests_keep_moving")
    assert "Not yet" not in watch.text


def test_keys_help_on(watching):
    watch = watching("other_requests_keep_moving")
    watch.press("h")
    watch.shows("Hint 1 of 3")
    watch.press("s")
    watch.shows("You have not passed it yet. h gives a hint; s again shows it anyway.")
    watch.press("s")
    watch.shows("FastAPI runs the route in a worker thread")
    watch.press("e")
    watch.shows("Set EDITOR, or open this file in your editor")
    watch.press("x")
    watch.shows("check  hint  solution", times=2)
    watch.press("n")
    watch.shows("2 of ")


def test_reset_keeps_what_was_there(watching):
    watch = watching("--manual")
    watch.answer.write_text("# my work\n")
    watch.press("r")
    watch.shows("It begins anew. What you had is in `other_requests_keep_moving.1.py`.")
    assert watch.answer.read_text() == EXERCISE.starter


def test_manual_checks_only_when_asked(watching):
    watch = watching("--manual")
    watch.answer.write_text("x = (\n")
    watch.press("c")
    watch.shows("your code could not be run")
    assert watch.text.count("could not be run") == 1


def test_errors_of_any_kind_are_survived(watching):
    watch = watching("--manual")
    watch.answer.unlink()
    watch.answer.mkdir()  # reading it fails
    watch.press("c")
    watch.shows("cannot be read: Is a directory")
    watch.press("l")
    watch.shows("> open    other_requests_keep_moving")


def test_end_of_input_quits(watching):
    watch = watching()
    watch.process.stdin.close()
    assert watch.process.wait(60) == 0


def test_unknown_exercise_is_a_fault(tmp_path):
    watch = Watching(tmp_path / "workspace", "other_request_keep_moving")
    assert watch.process.wait(60) == 2
    assert "Did you mean `other_requests_keep_moving`" in watch.text
    watch.close()
