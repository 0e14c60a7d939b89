"""`check`: grades answers once, and says so with its exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from unblocked.coaching.standing import order
from unblocked.faults import Fault
from unblocked.grading import Exercise, Verdict, grader
from unblocked.grading.verdict import still_checking
from unblocked.terminal import verdicts
from unblocked.workspace import answers, attempts, folder

PASSED, NOT_PASSED = 0, 1


def check(names: Sequence[str], *, answer: Path | None = None, as_json: bool = False) -> int:
    """Grade answers and print their verdicts.

    Args:
        names: exercises; all that have an answer if none is given.
        answer: a file to grade instead of the learner's own; with one name only.
        as_json: print each verdict as one line of JSON.

    Returns:
        0 when all passed, 1 when one did not, whatever its answer did.

    Raises:
        Fault: an unknown name, a file that cannot be read, or a fault of the course itself.

    """
    exercises = [Exercise.find(name) for name in names] or _answered()
    if answer is not None and len(exercises) != 1:
        raise Fault("`--answer FILE` goes with one exercise: `python3 -m unblocked check NAME --answer FILE`.")
    found = [graded(exercise, answer) for exercise in exercises]
    for verdict in found:
        _print(verdict, as_json=as_json)
    return PASSED if all(verdict.passed for verdict in found) else NOT_PASSED


def _answered() -> list[Exercise]:
    found = [exercise for exercise in order() if answers.place(exercise.lesson, exercise.name).exists()]
    if not found:
        raise Fault("You have no answers yet. `python3 -m unblocked check NAME` begins one; `list` shows the names.")
    return found


def graded(exercise: Exercise, answer: Path | None = None) -> Verdict:
    """Grade the learner's own answer, which counts as an attempt, or another file, which does not."""
    code = _read(answer) if answer is not None else own_answer(exercise)
    verdict = grader().grade(exercise, code, on_wait=lambda claim: print(still_checking(claim), file=sys.stderr))
    if answer is None:
        attempts.remember(
            verdict.exercise, passed=verdict.passed, failed=verdict.failure.name if verdict.failure else None
        )
    return verdict


def own_answer(exercise: Exercise) -> str:
    """Read the learner's answer; where there is none yet, begin it with the starter and say so."""
    path = answers.place(exercise.lesson, exercise.name)
    if not path.exists():
        folder.write_atomically(path, exercise.starter)
        print(f"There was no answer yet. The starter is now in `{path}`.", file=sys.stderr)
    return _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise Fault(f"`{path}` cannot be read: {error.strerror}.") from error


def _print(verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(verdict.as_json()))
    else:
        verdicts.show(verdict, console=Console(highlight=False))
