"""Every exercise of the course, tried with all the answers that are kept beside it."""

import ast
import inspect
import re
from itertools import groupby
from pathlib import Path

import pytest

from unblocked.grading import Exercise, grader
from unblocked.grading.cases import cases
from unblocked.grading.checking import advices, advise, load
from unblocked.grading.stages import KINDS
from unblocked.grading.verdict import Advice

EXERCISES = list(Exercise.all().values())


CASES = [case for exercise in EXERCISES for case in cases(exercise)]


IN_NOTEBOOKS = {"starter", "solution"}
"""What each exercise's notebook grades, in tests/lessons."""

NOTHING = {"an app without routes": "from fastapi import FastAPI\napp = FastAPI()\n", "no app": "app = None\n"}
"""Answers that have nothing in them."""


def in_short(every):
    """Choose some answers of each exercise: the first right one, and of the wrong ones the first that meets the first
    check, and the first that meets the last of those that refuse one.
    """
    for _, own in groupby(every, key=lambda case: case.exercise.name):
        kept = [case for case in own if case.name not in IN_NOTEBOOKS]
        firsts = {case.refused_by: case for case in reversed(kept)}  # under None, the first that must pass
        order = [check.name for check in load(kept[0].exercise.checks) if check.name in firsts]
        yield from (firsts[each] for each in dict.fromkeys([None, order[0], order[-1]]))


def pytest_generate_tests(metafunc):
    everything = metafunc.config.getoption("everything")
    if "case" in metafunc.fixturenames:
        wanted = CASES if everything else list(in_short(CASES))
        metafunc.parametrize("case", wanted, ids=[case.id for case in wanted])
    if "nothing" in metafunc.fixturenames:
        wanted = list(NOTHING)[: None if everything else 1]
        metafunc.parametrize("nothing", [NOTHING[each] for each in wanted], ids=wanted)


def each() -> list:
    return [pytest.param(e, id=e.name) for e in EXERCISES]


def test_kept_answer_gets_its_verdict(case):
    verdict = grader().grade(case.exercise, case.code, up_to=case.up_to)
    assert case.falsehood(verdict) == ""
    if case.name == "starter":  # it is wrong, and runs
        assert (verdict.ended, verdict.broken) == ("normally", "")
    if case.name == "empty":
        assert not any(check.passed for check in verdict.checks)


@pytest.mark.parametrize("exercise", each())
def test_answer_without_content_proves_nothing(exercise, nothing):
    verdict = grader().grade(exercise, nothing)
    assert not verdict.passed
    assert not any(check.passed for check in verdict.checks)


@pytest.mark.parametrize("exercise", each())
def test_exercise_has_all_its_parts(exercise):
    assert {"kind", "minutes", "core"} == set(exercise.facts) - {"database", "store"}
    assert exercise.facts["kind"] in KINDS
    assert isinstance(exercise.facts["minutes"], int)
    assert isinstance(exercise.facts["core"], bool)
    assert exercise.task.startswith("# ")
    assert exercise.starter.count("# TODO: ") == 1
    assert len(list((exercise.folder / "wrong").glob("*.py"))) >= 3
    assert len(list((exercise.folder / "also_right").glob("*.py"))) >= 1
    assert ast.get_docstring(ast.parse(exercise.solution.read_text()))


@pytest.mark.parametrize("exercise", each())
def test_checks_ask_for_answers_of_their_kind(exercise):
    wanted = KINDS[exercise.facts["kind"]].name
    assert all(
        set(check.needs) <= {wanted, "carriers", "database", "store"} and wanted in check.needs
        for check in load(exercise.checks)
    )


@pytest.mark.parametrize("exercise", each())
@pytest.mark.parametrize("server", ["database", "store"])
def test_task_says_which_servers_answers_have(server, exercise):
    assert {server in check.needs for check in load(exercise.checks)} == {exercise.facts.get(server, False)}


@pytest.mark.parametrize("exercise", each())
def test_every_check_claims_and_some_hint(exercise):
    checks = load(exercise.checks)
    assert all(check.run.__doc__ and check.run.__doc__.strip().endswith(".") for check in checks)
    assert any(check.outcome().hints for check in checks)


@pytest.mark.parametrize("exercise", each())
def test_each_check_is_the_first_to_refuse_some_answer(exercise):
    assert {case.refused_by for case in cases(exercise)} - {None, ""} == {check.name for check in load(exercise.checks)}


def test_names_are_unique():
    folders = [path.parent.name for path in Path("exercises").glob("*/*/task.md")]
    assert len(folders) == len(set(folders)) == len(EXERCISES)


def test_no_stray_files():
    allowed = re.compile(r"(task\.md|starter\.py|checks\.py|(wrong|also_right|planted)/[a-z_]+\.py)")
    for exercise in EXERCISES:
        files = [p for p in exercise.folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        assert not [p for p in files if not allowed.fullmatch(str(p.relative_to(exercise.folder)))]


@pytest.mark.parametrize("exercise", each())
def test_each_advice_is_for_some_right_answer(exercise):
    right = [exercise.solution, *(exercise.folder / "also_right").glob("*.py")]
    given = {each.text for path in right for each in advise(exercise.checks, path.read_text())}
    assert given == {Advice.of(inspect.cleandoc(each.__doc__)).text for each in advices(exercise.checks)}
    assert given
