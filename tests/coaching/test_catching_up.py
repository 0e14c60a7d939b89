"""Somebody who fell behind goes on with the others."""

import pytest

from unblocked import cli
from unblocked.coaching.catching_up import catch_up
from unblocked.coaching.standing import standing
from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.lessons import source
from unblocked.workspace import answers, attempts

PASSED, TRIED = "other_requests_keep_moving", "every_carrier_is_asked_at_once"


def answer(name):
    exercise = Exercise.find(name)
    return answers.place(exercise.lesson, name)


def solution(name):
    return Exercise.find(name).solution.read_text()


@pytest.fixture
def behind():
    """One exercise is passed, one was tried, all others are open."""
    for name, text in ((PASSED, "# passed\n"), (TRIED, "# tried\n")):
        answer(name).parent.mkdir(parents=True)
        answer(name).write_text(text)
    attempts.remember(PASSED, passed=True, failed=None)
    attempts.remember(TRIED, passed=False, failed="check_all_questions_leave_before_one_is_answered")


@pytest.mark.usefixtures("behind")
def test_earlier_exercises_are_solved_and_own_work_is_kept():
    done = catch_up("routes")
    earlier = [*source.lesson(0).exercises, *source.lesson(1).exercises]
    assert sorted([*done.solved, *done.passed]) == sorted(earlier)
    assert done.passed == (PASSED,)
    assert answer(PASSED).read_text() == "# passed\n"
    assert all(answer(name).read_text() == solution(name) for name in done.solved)
    assert [path.read_text() for path in done.aside] == ["# tried\n"]
    assert not answer("each_route_in_its_place").exists()
    assert [standing(name).state for name in (PASSED, TRIED, earlier[-1])] == ["passed", "tried", "open"]


@pytest.mark.usefixtures("behind")
def test_second_time_changes_nothing():
    catch_up("routes")
    before = {path: path.read_bytes() for path in answer(PASSED).parents[1].rglob("*.py")}
    assert catch_up("2").aside == ()
    assert {path: path.read_bytes() for path in answer(PASSED).parents[1].rglob("*.py")} == before


@pytest.mark.usefixtures("behind")
def test_terminal_says_what_was_done(capsys):
    assert cli.main(["catch-up", "1"]) == 0
    assert capsys.readouterr().out == (
        "1 exercise that you have passed is as before.\n"
        "Go on with `python3 -m unblocked start --lesson async_basics`.\n"
    )
    assert cli.main(["catch-up", "routes"]) == 0
    told = capsys.readouterr().out
    assert "exercises before `routes` have our solution now.\n" in told
    assert f"What you had is kept:\n  {answer(TRIED).with_name(TRIED)}.1.py\n" in told


def test_unknown_lesson_suggests_the_nearest():
    with pytest.raises(Fault, match="Did you mean `routes`"):
        catch_up("ruotes")
