"""The answers that are kept beside the exercises, each with the verdict that it must get."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.grading.verdict import Verdict

_MARK = re.compile(r"(.*)# wrong: (check_\w+)")


@dataclass(frozen=True)
class Case:
    """One answer and what must come of it.

    Attributes:
        exercise: what it answers.
        name: what it is, such as `solution` or `wrong/sleeps_on_the_loop`.
        code: the answer.
        refused_by: the check that must refuse it first; empty for any check, None for an answer that must pass.
        says: words that the refusal must contain.
        line: the line that must be blamed, if one is.

    """

    exercise: Exercise
    name: str
    code: str
    refused_by: str | None = None
    says: str = ""
    line: int | None = None

    @property
    def id(self) -> str:
        """A name that no other case has."""
        return f"{self.exercise.name}/{self.name}"

    @property
    def fingerprint(self) -> str:
        """What changes when the answer or its checks change."""
        return hashlib.sha256((self.code + self.exercise.checks.read_text(encoding="utf-8")).encode()).hexdigest()[:16]

    @property
    def up_to(self) -> str:
        """The last check that matters for it: what comes after the one that must refuse it first says nothing."""
        return self.refused_by or ""

    def falsehood(self, verdict: Verdict) -> str:
        """Say in what a verdict is false; empty for a true one.

        >>> case.falsehood(grader().grade(case.exercise, case.code, up_to=case.up_to))  # doctest: +SKIP
        ''
        """
        if self.refused_by is None:
            return "" if verdict.passed else f"refused: {_told(verdict)}"
        failure = verdict.failure
        if verdict.passed or (failure is None and not verdict.broken):
            return "passed" if verdict.passed else f"neither passed nor refused: {_told(verdict)}"
        if not self.refused_by:
            return ""
        if failure is None or failure.name != self.refused_by:
            return f"refused by another check: {_told(verdict)}"
        if self.says not in " ".join([failure.did, failure.got, failure.expected, failure.meaning]):
            return f"does not say “{self.says}”: {_told(verdict)}"
        if failure.line is not None and failure.line != self.line:
            return f"blames line {failure.line}, not line {self.line}: {_told(verdict)}"
        return ""


def cases(exercise: Exercise) -> Iterator[Case]:
    """Give all answers that are kept beside an exercise, and those that every exercise must refuse."""
    yield Case(exercise, "solution", exercise.solution.read_text(encoding="utf-8"))
    for path in sorted((exercise.folder / "also_right").glob("*.py")):
        yield Case(exercise, f"also_right/{path.stem}", path.read_text(encoding="utf-8"))
    for path in sorted((exercise.folder / "wrong").glob("*.py")):
        yield _wrong(exercise, path)
    yield Case(exercise, "starter", exercise.starter, refused_by="")
    yield Case(exercise, "empty", "", refused_by="")


def _wrong(exercise: Exercise, path: Path) -> Case:
    code = path.read_text(encoding="utf-8")
    says = re.search(r"^Says: (.+)$", ast.get_docstring(ast.parse(code)) or "", re.MULTILINE)
    if says is None:
        raise Fault(f"`{path}` must end its docstring with a line `Says: …`: the words that its refusal contains.")
    check, line = _blamed(code, path)
    return Case(exercise, f"wrong/{path.stem}", code, refused_by=check, says=says[1], line=line)


def _blamed(code: str, path: Path) -> tuple[str, int]:
    """Find the one mark: at the end of the line that is to blame, or alone on the line above it."""
    marks = [(n, m[1], m[2]) for n, text in enumerate(code.splitlines(), 1) if (m := _MARK.fullmatch(text))]
    if len(marks) != 1:
        raise Fault(f"`{path}` must have one mark `# wrong: check_name`, on the line that is to blame or above it.")
    [(number, before, check)] = marks
    return check, number if before.strip() else number + 1


def _told(verdict: Verdict) -> str:
    failure = verdict.failure
    if failure is None:
        return f"ended {verdict.ended}, {verdict.broken or 'no reason given'}"
    return f"`{failure.name}`, line {failure.line}: {failure.got}. {failure.meaning}"
