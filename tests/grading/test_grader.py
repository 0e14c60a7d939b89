"""Grading: whatever an answer does, there is a verdict, and nothing is left."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.waiting import until
from unblocked.faults import Fault
from unblocked.grading import Exercise, Grader, grade, grader
from unblocked.grading.grader import _folder
from unblocked.processes import keeper

NAME = "other_requests_keep_moving"


@pytest.fixture
def exercise():
    return Exercise.find(NAME)


@pytest.fixture
def right(exercise):
    return exercise.solution.read_text()


def processes() -> set[int]:
    return {p.pid for p in psutil.Process(keeper().guard).children(recursive=True)}


def test_verdict_is_data(right):
    data = grade(NAME, right).as_json()
    assert data["exercise"] == NAME
    assert data["passed"] is True
    assert data["ended"] == "normally"
    first = data["checks"][0]
    assert {"name", "passed", "claim", "did", "got", "expected", "meaning", "line"} <= set(first)
    assert first["claim"] == "A customer who asks for a quote gets the carrier's price."


def test_checks_after_the_last_of_interest_are_not_run(exercise, right):
    names = [check.name for check in grader().grade(exercise, right).checks]
    assert [check.name for check in grader().grade(exercise, right, up_to=names[1]).checks] == names[:2]


def test_temporary_files_go_with_the_grading(right, tmp_path):
    noted = tmp_path / "noted"
    leaves = f"import tempfile\nopen({str(noted)!r}, 'a').write(tempfile.mkdtemp() + '\\n')\n"
    assert grade(NAME, leaves + right).passed
    places = [Path(line) for line in noted.read_text().splitlines()]
    assert places
    assert not [place for place in places if place.exists()]
    assert all(place.is_relative_to(keeper().folder) for place in places)


def test_coroutine_function_may_have_something_around_it():
    """As a cache has it, which before Python 3.12 cannot be marked as a coroutine function."""
    exercise = Exercise.find("at_most_ten_questions_at_once")
    around = """
import functools

@functools.wraps(quotes, updated=())
def around(*args, _inner=quotes, **options):
    return _inner(*args, **options)

quotes = around
"""
    assert grader().grade(exercise, exercise.solution.read_text() + around).passed


def test_failure_shows_line_and_meaning(exercise):
    failure = grade(NAME, exercise.starter).failure
    assert failure.name == "check_health_answers_while_a_quote_is_fetched"
    assert exercise.starter.splitlines()[failure.line - 1].startswith("    answer = requests.get(")
    assert "the event loop's only thread" in failure.meaning
    assert len(failure.hints) == 3


@pytest.mark.parametrize(
    ("code", "says", "line"),
    [
        ("from fastapi import FastAPI\napp = FastAPI(\n", "'(' was never closed", 2),
        ("import fastapii\n", "No module named 'fastapii'", 1),
        ("x = 1\nraise KeyError('price')\n", "KeyError: 'price'", 2),
        ("import sys\nsys.exit(0)\n", "calls `sys.exit()`", 2),
        ("import os\nos._exit(0)\n", "ended its own process", None),
        ("import os\nos.kill(os.getpid(), 9)\n", "ended its own process", None),
        ("answer = 42\n", "no `app`", None),
        ("app = 42\n", "is of type `int`, not an app", None),
        ("价格 = 1\nraise ValueError('没有价格')\n", "没有价格", 2),
    ],
)
def test_code_that_cannot_run_is_told_why(code, says, line):
    verdict = grade(NAME, code)
    assert not verdict.passed
    assert says in verdict.broken
    assert verdict.line == line
    assert [check.passed for check in verdict.checks] == [None, None, None]


def test_endless_import_is_ended_and_located(exercise):
    verdict = grader().grade(exercise, "x = 1\nwhile True:\n    x += 1\n", start_limit=0.5)
    assert "still starting after 0.5 s" in verdict.broken
    assert verdict.line in {2, 3}


def test_grading_ends_at_its_limit(exercise):
    before = processes()
    verdict = grader().grade(exercise, "import time\ntime.sleep(100)\n", limit=0.5, start_limit=100)
    assert verdict.ended == "at the limit"
    assert not verdict.passed
    until(lambda: processes() - before <= {p for p in processes() if _is_zygote(p)}, "nothing of the grading is left")


def _is_zygote(pid: int) -> bool:
    try:
        return "unblocked.grading.zygote" in " ".join(psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return True


def test_nothing_of_a_grading_is_left(exercise):
    grader().warm_up()
    forks = "import subprocess\nsubprocess.Popen(['sleep', '304'], start_new_session=True)\n"
    grade(NAME, forks + exercise.starter)
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "304"]]
    assert not list(keeper().folder.glob("grading-*"))


def test_printed_text_is_kept(right):
    verdict = grade(NAME, right + '\nprint("hello from the answer")\n')
    assert "hello from the answer" in verdict.printed


def test_answer_works_in_a_folder_of_its_own(right):
    verdict = grade(
        NAME, right + '\nimport pathlib\npathlib.Path("left.txt").write_text("x")\nprint(pathlib.Path.cwd())\n'
    )
    assert verdict.passed
    assert "/grading-" in verdict.printed


def test_many_gradings_at_once_do_not_mix(exercise, right):
    codes = [right, exercise.starter] * 5
    with ThreadPoolExecutor(len(codes)) as pool:
        verdicts = list(pool.map(lambda code: grade(NAME, code), codes))
    assert [verdict.passed for verdict in verdicts] == [True, False] * 5


def test_killed_grader_is_started_again(right):
    private = Grader()
    private.warm_up()
    private._zygote.stop()
    assert private.grade(Exercise.find(NAME), right).passed
    private.close()


def test_interrupt_ends_the_grading(exercise, monkeypatch):
    grade(NAME, "")  # the warm process is there
    before = processes()

    def interrupted(_):
        until(lambda: processes() - before, "the grading runs")
        raise KeyboardInterrupt

    monkeypatch.setattr("unblocked.processes.lines.Lines.receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grader().grade(exercise, "while True: pass\n")
    until(lambda: processes() <= before, "the grading has ended")


def test_unknown_exercise_suggests_the_nearest():
    with pytest.raises(Fault, match="Did you mean `other_requests_keep_moving`"):
        grade("other_request_keeps_moving", "")


def test_broken_checks_are_the_course_s_fault(exercise, tmp_path):
    folder = tmp_path / "exercises" / "start_here" / "broken"
    folder.mkdir(parents=True)
    (folder / "task.md").write_text((exercise.folder / "task.md").read_text())
    (folder / "checks.py").write_text(
        'def check_it(app):\n    """It works."""\n    raise RuntimeError("our own mistake")\n'
    )
    with pytest.raises(Fault, match=r"(?s)a fault of the course, not of your answer.*our own mistake"):
        grader().grade(Exercise("broken", folder), exercise.starter)


def test_folder_is_removed_where_somebody_who_ends_still_writes_into_it(monkeypatch, tmp_path):
    remove, removed = shutil.rmtree, []

    def removes(folder, **options):
        remove(folder, **options)
        removed.append(folder)
        if len(removed) < 3:  # as a server does that is ending
            Path(folder).mkdir()
            (Path(folder) / "last words").touch()

    monkeypatch.setattr(shutil, "rmtree", removes)
    with _folder(tmp_path) as folder:
        pass
    assert removed == [folder] * 3
    assert not list(tmp_path.iterdir())
