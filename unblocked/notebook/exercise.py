"""The magic `%%exercise NAME`: keeps the cell's code, has it graded, and shows the verdict."""

from __future__ import annotations

from unblocked.faults import Fault
from unblocked.grading import Exercise, Verdict, grader
from unblocked.notebook import cards
from unblocked.workspace import answers, attempts

MIME = "application/vnd.unblocked.verdict+json"
"""The media type under which a verdict travels as data, for programs that run notebooks."""


def exercise(line: str, cell: str) -> None:
    """Grade the cell as the answer to an exercise: `%%exercise other_requests_keep_moving`.

    The code is kept in `workspace/answers/…/NAME.py`. It runs in processes of its own, not in this notebook.
    """
    from IPython.display import display

    name = line.strip()
    if not name:
        raise Fault("Say which exercise: `%%exercise NAME`, on the first line of the cell.")
    wanted = Exercise.find(name)
    kept = answers.keep(wanted.lesson, name, cell)
    verdict = grader().grade(wanted, cell)
    _remember(verdict)
    display(cards.Verdict(verdict, wanted, kept, _refused.get(name)))  # type: ignore[no-untyped-call]


_refused: dict[str, Verdict] = {}
"""The last refusal of each exercise in this kernel, to show beside a pass."""


def _remember(verdict: Verdict) -> None:
    if verdict.failure is not None:
        _refused[verdict.exercise] = verdict
    attempts.remember(verdict.exercise, passed=verdict.passed, failed=verdict.failure.name if verdict.failure else None)
