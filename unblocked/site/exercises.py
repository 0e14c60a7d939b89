"""An exercise on a lesson's page: task, starter and what it is told, hints one after the other, our solution."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from unblocked.exercises import Exercise
from unblocked.grading import checking
from unblocked.lessons.headings import fitted
from unblocked.site import outputs
from unblocked.site.outputs import Aside
from unblocked.site.runs import Shown


def markdown(exercise: Exercise, shown: Shown, aside: Aside, *, below: int, course: Path) -> str:
    """Write an exercise of a lesson.

    The starter's verdict is shown, as a picture of what a refusal looks like. The solution's is not: it says "passed",
    repeats the solution, and draws once more what the lesson's own cells draw of the mended service.

    Args:
        exercise: the exercise.
        shown: the run of its lesson.
        aside: where the parts of its outputs go that do not stay in the page.
        below: the level of the heading above it.
        course: the folder of the course.

    """
    starter = shown.starters[exercise.name]
    parts = [
        fitted(exercise.task, below=below),
        outputs.code(starter.source, title="Where you start"),
        outputs.markdown(starter, aside, course=course),
        *(_hints(check) for check in checking.load(exercise.checks)),
        _solution(exercise),
    ]
    return outputs.joined(parts)


def _hints(check: checking.Check) -> str:
    """Write the hints of a check, each in the fold of the one before."""
    outcome = check.outcome()
    return _folded(outcome.hints, 1, f"Stuck at “{_coded(outcome.claim.rstrip('.'))}”? ") if outcome.hints else ""


def _folded(hints: Sequence[str], step: int, asked: str = "") -> str:
    if step > len(hints):
        return ""
    heading = f"{asked}Hint {step} of {len(hints)}"
    return fold("hint", heading, outputs.joined([hints[step - 1], _folded(hints, step + 1)]))


def _solution(exercise: Exercise) -> str:
    """Write the solution: its reason, which is its docstring, its code, and what a pass proves."""
    source = exercise.solution.read_text(encoding="utf-8")
    why = ast.get_docstring(ast.parse(source)) or ""
    proven = f"What a pass proves: {checking.proven(exercise.checks)}"
    return fold("solution", "Our solution, and why", outputs.joined([why, outputs.code(_undocumented(source)), proven]))


def _undocumented(source: str) -> str:
    """Give a module's source without its docstring."""
    return "\n".join(_after_docstring(source)).strip("\n")


def _after_docstring(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    end = tree.body[0].end_lineno or 0 if ast.get_docstring(tree) else 0
    yield from source.splitlines()[end:]


def fold(kind: str, heading: str, text: str) -> str:
    """Write a fold, with Markdown in it."""
    return f'<details class="{kind}" markdown="1"><summary>{heading}</summary>\n\n{text}\n\n</details>'


def _coded(text: str) -> str:
    parts = text.split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
