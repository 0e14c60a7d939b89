"""Whether a verdict is the one that a kept answer must get."""

import dataclasses
import json
from dataclasses import replace

import pytest

from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.grading import Outcome, Verdict
from unblocked.grading.cases import Case, cases
from unblocked.grading.soak import Tally, soak

EXERCISE = Exercise.find("other_requests_keep_moving")
REFUSAL = Outcome(
    "check_b", "It moves.", passed=False, did="asked", got="nothing", expected="all", meaning="It blocks.", line=3
)


def verdict(*outcomes, ended="normally"):
    return Verdict("x", ended, outcomes)


def wrong(**changes):
    return dataclasses.replace(Case(EXERCISE, "wrong/x", "", refused_by="check_b", says="It blocks", line=3), **changes)


def test_right_answer_must_pass():
    case = Case(EXERCISE, "solution", "")
    assert case.falsehood(verdict(Outcome("check_a", "It works.", passed=True))) == ""
    assert "refused" in case.falsehood(verdict(REFUSAL))
    assert "refused" in case.falsehood(verdict(Outcome("check_a", "It works.")))


def test_wrong_answer_must_be_refused_by_its_check():
    assert wrong().falsehood(verdict(REFUSAL)) == ""
    assert wrong().falsehood(verdict(Outcome("check_a", "It works.", passed=True))) == "passed"
    assert "another check" in wrong(refused_by="check_a").falsehood(verdict(REFUSAL))
    assert "does not say “one by one”" in wrong(says="one by one").falsehood(verdict(REFUSAL))
    assert "blames line 3, not line 4" in wrong(line=4).falsehood(verdict(REFUSAL))
    assert "neither" in wrong().falsehood(verdict(Outcome("check_b", "It moves."), ended="at the limit"))


def test_checks_after_the_one_that_refuses_are_of_no_interest():
    assert wrong().up_to == "check_b"
    assert (Case(EXERCISE, "solution", "").up_to, wrong(refused_by="").up_to) == ("", "")


def test_every_kept_answer_is_a_case():
    names = [case.name for case in cases(EXERCISE)]
    assert names[0] == "solution"
    assert {"starter", "empty", "also_right/awaits_a_thread", "wrong/swaps_the_library_only"} <= set(names)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ('"""No words."""\nx = 1  # wrong: check_a\n', "must end its docstring"),
        ('"""B.\n\nSays: x\n"""\n', "must have one mark"),
    ],
)
def test_wrong_answer_without_its_marks_is_a_fault(tmp_path, code, says):
    folder = tmp_path / "exercises" / "routes" / "moves"
    (folder / "wrong").mkdir(parents=True)
    (folder / "wrong" / "x.py").write_text(code)
    solutions = tmp_path / "solutions" / "routes"
    solutions.mkdir(parents=True)
    (solutions / "moves.py").write_text("x = 1\n")
    with pytest.raises(Fault, match=says):
        list(cases(Exercise("moves", folder)))


def test_soak_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "tally.jsonl"
    told = []
    first = Tally.read(path)
    assert (soak([EXERCISE], times=1, jobs=4, burners=0, tally=first, tell=told.append)[1], told) == (0, [])
    done = len(path.read_text().splitlines())
    assert done == len(list(cases(EXERCISE)))
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]) + '{"torn')
    again = Tally.read(path)
    assert soak([EXERCISE], times=1, jobs=4, burners=0, tally=again, tell=told.append) == (done, 0)
    assert sum(Tally.read(path).right.values()) == done
    assert told == []


def test_tally_remembers_false_verdicts(tmp_path):
    tally = Tally.read(tmp_path / "tally.jsonl")
    tally.add(wrong(), "passed")
    assert Tally.read(tmp_path / "tally.jsonl").of([wrong()]) == (0, 1)
    assert Tally.read(tmp_path / "tally.jsonl").of([replace(wrong(), code="x = 2")]) == (0, 0)
    assert json.loads((tmp_path / "tally.jsonl").read_text())["false"] == "passed"
