"""The next hint for the check that refused an answer, and the solution when it is due."""

from __future__ import annotations

from dataclasses import dataclass

from unblocked.coaching.standing import standing
from unblocked.faults import Fault
from unblocked.grading import Exercise
from unblocked.grading.checking import Check, load
from unblocked.workspace import journal


@dataclass(frozen=True, slots=True)
class Words:
    """A few words for the learner, in Markdown."""

    text: str

    @property
    def plain(self) -> str:
        """The words without Markdown's marks, for a terminal."""
        return self.text.replace("**", "").removeprefix("```python\n").removesuffix("\n```")

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.plain


def hint(exercise: str) -> Words:
    """Give the next of three hints: a question, a pointer to the section, the shape of the answer.

    They belong to the check that refused your last answer, and begin anew with another one.

    Args:
        exercise: its name.

    Raises:
        Fault: there is no such exercise; the nearest names are in the message.

    >>> hint("other_requests_keep_moving")  # doctest: +SKIP
    Hint 1 of 3: Five red bars, never two at a time: which thread do they all need?

    """
    found = Exercise.find(exercise)
    stands = standing(exercise)
    if stands.passed and not stands.failed:
        return Words(f"`{exercise}` is passed. `solution({exercise!r})` shows ours.")
    check = _hinted(load(found.checks), stands.failed)
    given = stands.hints if check.name == stands.failed else _given(exercise, check.name)
    hints = check.outcome().hints
    step = min(given + 1, len(hints))
    journal.append({"kind": "hint", "exercise": exercise, "check": check.name, "step": step})
    more = "" if step < len(hints) else f"\n\nThat was the last. `solution({exercise!r}, anyway=True)` shows ours."
    return Words(f"**Hint {step} of {len(hints)}:** {hints[step - 1]}{more}")


def solution(exercise: str, *, anyway: bool = False) -> Words:
    """Show our solution and its reason, once you have passed; before that only if you insist.

    Args:
        exercise: its name.
        anyway: show it although you have not passed.

    Raises:
        Fault: there is no such exercise; the nearest names are in the message.

    """
    found = Exercise.find(exercise)
    if not anyway and not standing(exercise).passed:
        return Words(
            f"You have not passed `{exercise}` yet. `hint({exercise!r})` helps you on; "
            f"`solution({exercise!r}, anyway=True)` shows ours all the same."
        )
    if not found.solution.is_file():
        raise Fault(f"`{exercise}` has no solution: a fault of the course.")
    journal.append({"kind": "solution", "exercise": exercise})
    solution = found.solution.read_text(encoding="utf-8").strip()
    return Words(f"```python\n{solution}\n```")


def _hinted(checks: list[Check], failed: str) -> Check:
    """Choose the check that failed, or the first one after it that has hints."""
    names = [check.name for check in checks]
    start = names.index(failed) if failed in names else 0
    for check in [*checks[start:], *checks]:
        if check.outcome().hints:
            return check
    raise Fault("This exercise has no hints: a fault of the course.")


def _given(exercise: str, check: str) -> int:
    entries = journal.entries()
    return sum(e.get("kind") == "hint" and e.get("exercise") == exercise and e.get("check") == check for e in entries)
