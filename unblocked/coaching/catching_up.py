"""Brings somebody who fell behind in a class to the start of a lesson."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from unblocked.coaching.standing import standing
from unblocked.exercises import Exercise
from unblocked.lessons import source
from unblocked.workspace import answers, journal


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was done.

    Attributes:
        lesson: the lesson that can be begun now, by its slug.
        solved: the exercises of earlier lessons that have our solution now.
        passed: those that the learner has passed; they are as they were.
        aside: where the learner's own work on the former is kept.

    """

    lesson: str
    solved: tuple[str, ...]
    passed: tuple[str, ...]
    aside: tuple[Path, ...]

    def __str__(self) -> str:
        lines = []
        if self.solved:
            lines.append(f"{_exercises(self.solved)} before `{self.lesson}` {_have(self.solved)} our solution now.")
        if self.passed:
            lines.append(f"{_exercises(self.passed)} that you have passed {_have(self.passed, 'is', 'are')} as before.")
        if self.aside:
            lines += ["What you had is kept:", *(f"  {path}" for path in self.aside)]
        return "\n".join([*lines, f"Go on with `python3 -m unblocked start --lesson {self.lesson}`."])


def catch_up(lesson: str | int) -> CaughtUp:
    """Put our solutions into the place of all answers before a lesson that have not passed yet.

    Args:
        lesson: its slug, its number, or both.

    Raises:
        Fault: there is no such lesson, or an answer cannot be written.

    """
    wanted, history = source.lesson(lesson), journal.entries()
    earlier = [each for each in source.lessons() if each.number < wanted.number]
    before = [Exercise.of(each.slug, name) for each in earlier for name in each.exercises]
    passed = [each.name for each in before if standing(each.name, history=history).passed]
    open_ones = [each for each in before if each.name not in passed]
    kept = [answers.replace(each.lesson, each.name, each.solution.read_text(encoding="utf-8")) for each in open_ones]
    return CaughtUp(
        wanted.slug,
        tuple(each.name for each in open_ones),
        tuple(passed),
        tuple(path for path in kept if path is not None),
    )


def _exercises(names: tuple[str, ...]) -> str:
    return f"{len(names)} exercise{'s' * (len(names) != 1)}"


def _have(names: tuple[str, ...], one: str = "has", several: str = "have") -> str:
    return one if len(names) == 1 else several
