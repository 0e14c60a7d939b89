"""Hints one at a time, the solution when it is due, and where the learner stands."""

import pytest

from unblocked import hint, progress, solution
from unblocked.coaching.standing import order, standing
from unblocked.faults import Fault
from unblocked.workspace import attempts, folder, journal

NAME = "other_requests_keep_moving"
CHECK = "check_health_answers_while_a_quote_is_fetched"


def test_hints_come_one_at_a_time():
    attempts.remember(NAME, passed=False, failed=CHECK)
    words = [str(hint(NAME)) for _ in range(4)]
    assert words[0].startswith("Hint 1 of 3: Five red bars, never two at a time")
    assert words[1].startswith("Hint 2 of 3: The section")
    assert words[2].startswith("Hint 3 of 3: One keyword")
    assert words[2].endswith(f"That was the last. `solution('{NAME}', anyway=True)` shows ours.")
    assert words[3] == words[2]


def test_hint_without_an_attempt_is_for_the_first_check_that_has_any():
    assert str(hint(NAME)).startswith("Hint 1 of 3: Five red bars")
    assert str(hint(NAME)).startswith("Hint 2 of 3")


def test_hint_after_a_pass_points_to_the_solution():
    attempts.remember(NAME, passed=True, failed=None)
    assert str(hint(NAME)) == f"`{NAME}` is passed. `solution('{NAME}')` shows ours."


def test_solution_waits_for_a_pass():
    assert "You have not passed" in str(solution(NAME))
    assert "def quote" not in str(solution(NAME))
    attempts.remember(NAME, passed=True, failed=None)
    assert "def quote(parcel: int)" in str(solution(NAME))
    assert solution(NAME)._repr_markdown_().startswith("```python\n")


def test_solution_is_shown_to_who_insists():
    assert "FastAPI runs the route in a worker thread" in str(solution(NAME, anyway=True))


@pytest.mark.parametrize("verb", [hint, solution])
def test_unknown_exercise_suggests_the_nearest(verb):
    with pytest.raises(Fault, match=f"Did you mean `{NAME}`"):
        verb("other_request_keep_moving")


def test_standing_follows_the_history():
    assert standing(NAME).state == "open"
    attempts.remember(NAME, passed=False, failed=CHECK)
    assert (standing(NAME).state, standing(NAME).failed) == ("tried", CHECK)
    attempts.remember(NAME, passed=True, failed=None)
    attempts.remember(NAME, passed=False, failed=CHECK)
    stands = standing(NAME)
    assert (stands.state, stands.attempts, stands.passed) == ("passed", 3, True)


def test_progress_counts_what_was_passed():
    assert "Start here: 0 of 1 core exercises passed" in str(progress())
    attempts.remember(NAME, passed=True, failed=None)
    told = progress()
    assert "Start here: done, 1 of 1 core exercises passed" in str(told)
    assert f"passed  {NAME}" in str(told)
    assert "1 attempt" in told._repr_html_()


def test_progress_sets_predictions_beside_measurements():
    entry = {"question": "last of five", "unit": "seconds", "value": 0.5, "of": "slowest"}
    journal.append({"kind": "comparison", **entry, "measured": 2.5, "measured_unit": "seconds"})
    assert "last of five: You said 0.5 s. It was 2.5 s: 5.0 times as long." in str(progress())


def test_progress_tells_of_lines_that_cannot_be_read():
    attempts.remember(NAME, passed=True, failed=None)
    with (folder.workspace() / journal.HISTORY).open("a") as history:
        history.write("{not json\n")
    assert "1 lines of `workspace/progress.jsonl` cannot be read" in str(progress())
    assert "done, 1 of 1 core exercises passed" in str(progress())


def test_order_begins_with_the_first_lesson():
    assert order()[0].name == NAME
