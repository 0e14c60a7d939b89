"""Every exercise of the course, tried with all the answers that are kept beside it."""

import ast
import re
from pathlib import Path

import pytest

from unblocked.grading import Exercise, grader
from unblocked.grading.checking import load

EXERCISES = list(Exercise.all().values())


def answers(folder: str) -> list:
    found = [(e, p) for e in EXERCISES for p in sorted((e.folder / folder).glob("*.py"))]
    return [pytest.param(e, p, id=f"{e.name}-{p.stem}") for e, p in found]


def each() -> list:
    return [pytest.param(e, id=e.name) for e in EXERCISES]


def marked(code: str) -> tuple[str, int]:
    """Find the mark `# wrong: check_name`: at the end of the line that is to blame, or alone on the line above it."""
    [(number, line, check)] = [
        (n, match[1], match[2])
        for n, text in enumerate(code.splitlines(), 1)
        if (match := re.fullmatch(r"(.*)# wrong: (check_\w+)", text))
    ]
    return check, number if line.strip() else number + 1


def graded(exercise, code):
    return grader().grade(exercise, code)


@pytest.mark.parametrize("exercise", each())
def test_solution_passes(exercise):
    verdict = graded(exercise, exercise.solution.read_text())
    assert verdict.passed, verdict


@pytest.mark.parametrize(("exercise", "path"), answers("also_right"))
def test_other_right_answer_passes(exercise, path):
    verdict = graded(exercise, path.read_text())
    assert verdict.passed, verdict


@pytest.mark.parametrize(("exercise", "path"), answers("wrong"))
def test_wrong_answer_is_refused_by_the_check_it_names(exercise, path):
    code = path.read_text()
    check, line = marked(code)
    says = re.search(r"^Says: (.+)$", ast.get_docstring(ast.parse(code)), re.MULTILINE)[1]
    failure = graded(exercise, code).failure
    assert failure is not None, "it passed"
    assert failure.name == check
    assert says in " ".join([failure.did, failure.got, failure.expected, failure.meaning])
    if failure.line is not None:
        assert failure.line == line


@pytest.mark.parametrize("exercise", each())
def test_starter_runs_and_is_refused(exercise):
    verdict = graded(exercise, exercise.starter)
    assert verdict.ended == "normally"
    assert not verdict.broken
    assert verdict.failure is not None


@pytest.mark.parametrize("exercise", each())
@pytest.mark.parametrize("code", ["", "app = None\n", "from fastapi import FastAPI\napp = FastAPI()\n"])
def test_empty_answer_proves_nothing(exercise, code):
    verdict = graded(exercise, code)
    assert not verdict.passed
    assert not any(check.passed for check in verdict.checks)


@pytest.mark.parametrize("exercise", each())
def test_exercise_has_all_its_parts(exercise):
    assert {"kind", "minutes", "core"} == set(exercise.facts)
    assert exercise.task.startswith("# ")
    assert exercise.starter.count("# TODO: ") == 1
    assert len(list((exercise.folder / "wrong").glob("*.py"))) >= 3
    assert len(list((exercise.folder / "also_right").glob("*.py"))) >= 1
    assert ast.get_docstring(ast.parse(exercise.solution.read_text()))


@pytest.mark.parametrize("exercise", each())
def test_every_check_claims_and_some_hint(exercise):
    checks = load(exercise.checks)
    assert all(check.run.__doc__ and check.run.__doc__.strip().endswith(".") for check in checks)
    assert any(check.outcome().hints for check in checks)


def test_names_are_unique():
    folders = [path.parent.name for path in Path("exercises").glob("*/*/task.md")]
    assert len(folders) == len(set(folders)) == len(EXERCISES)


def test_no_stray_files():
    allowed = re.compile(r"(task\.md|starter\.py|checks\.py|(wrong|also_right)/[a-z_]+\.py)")
    for exercise in EXERCISES:
        files = [p for p in exercise.folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        assert not [p for p in files if not allowed.fullmatch(str(p.relative_to(exercise.folder)))]
