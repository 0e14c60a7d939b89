"""Where a learner stands: what was passed, how often each exercise was tried, and what was predicted."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from unblocked.grading import Exercise
from unblocked.lessons import source
from unblocked.workspace import journal
from unblocked.workspace.guesses import Comparison, Prediction

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """What the history says of one exercise.

    Attributes:
        exercise: its name.
        attempts: how often it was graded.
        passed: whether any of them passed.
        failed: the check that led the last refusal; empty if the last attempt passed, or there was none.
        hints: how many hints of that check were given.

    """

    exercise: str
    attempts: int = 0
    passed: bool = False
    failed: str = ""
    hints: int = 0

    @property
    def state(self) -> str:
        """It in one word: passed, tried or open."""
        return "passed" if self.passed else "tried" if self.attempts else "open"


def standing(name: str, *, history: list[dict[str, Any]] | None = None) -> Standing:
    """Read where the learner stands with an exercise.

    >>> standing("other_requests_keep_moving").state  # doctest: +SKIP
    'open'
    """
    entries = [e for e in (journal.entries() if history is None else history) if e.get("exercise") == name]
    attempts = [e for e in entries if e.get("kind") == "attempt"]
    failed = str(attempts[-1].get("failed") or "") if attempts else ""
    hints = [e for e in entries if e.get("kind") == "hint" and e.get("check") == failed]
    return Standing(name, len(attempts), any(e.get("passed") is True for e in attempts), failed, len(hints))


@dataclass(frozen=True, slots=True)
class Part:
    """Where a learner stands in one lesson: with its core, which is what counts as done, and with the rest."""

    title: str
    core: tuple[Standing, ...]
    more: tuple[Standing, ...]

    @property
    def standings(self) -> tuple[Standing, ...]:
        """All of them, in order."""
        return self.core + self.more

    @property
    def heading(self) -> str:
        """It in a line."""
        core, more = ([each.passed for each in part] for part in (self.core, self.more))
        done = "done, " if core and all(core) else ""
        beyond = f", and {sum(more)} of {len(more)} more" if more else ""
        return f"{self.title}: {done}{sum(core)} of {len(core)} core exercises passed{beyond}"


@dataclass(frozen=True, slots=True)
class Overview:
    """Where a learner stands in the whole course, lesson by lesson.

    Attributes:
        lessons: each lesson, in order.
        predictions: each prediction that met a measurement: its question, and both in a sentence.
        set_aside: how many lines of the history could not be read.

    """

    lessons: tuple[Part, ...]
    predictions: tuple[tuple[str, str], ...] = ()
    set_aside: int = 0

    def __str__(self) -> str:
        lines = [line for part in self.lessons for line in (part.heading, *_lines(part.standings))]
        return "\n".join([*lines, "", *self._foot()])

    def _foot(self) -> list[str]:
        foot = [f"{question}: {words}" for question, words in self.predictions[-_SHOWN:]]
        if self.set_aside:
            foot.append(
                f"{self.set_aside} lines of `workspace/{journal.HISTORY}` cannot be read; they are kept in "
                f"`workspace/{journal.ASIDE}`."
            )
        return foot

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th colspan="3" scope="rowgroup">{escape(part.heading)}</th></tr>'
            + "".join(
                f"<tr><td>{s.state}</td><td><code>{s.exercise}</code></td><td>{_tries(s)}</td></tr>"
                for s in part.standings
            )
            for part in self.lessons
        )
        return f"<table>{rows}</table>" + "".join(f"<p>{escape(line)}</p>" for line in self._foot())


def progress() -> Overview:
    """Show where you stand: lessons, exercises, attempts, and your latest predictions beside what was measured.

    >>> progress()  # doctest: +SKIP
    Start here: done, 1 of 1 core exercises passed
      passed  other_requests_keep_moving   2 attempts
    """
    history = journal.entries()
    lessons = tuple(_part(lesson, history) for lesson in source.lessons())
    met = tuple(_met(entry) for entry in history if entry.get("kind") == "comparison")
    return Overview(lessons, met, journal.set_aside())


def _part(lesson: source.Lesson, history: list[dict[str, Any]]) -> Part:
    names = ([block.info for block in blocks if block.kind == "exercise"] for blocks in (lesson.core, lesson.more))
    core, more = (tuple(standing(name, history=history) for name in part) for part in names)
    return Part(lesson.title, core, more)


def _met(entry: dict[str, Any]) -> tuple[str, str]:
    """Put a prediction and its measurement into words again."""
    prediction = Prediction(entry["question"], entry["unit"], entry["value"], entry["of"], "")
    return entry["question"], Comparison(prediction, entry["measured"], entry["measured_unit"]).words


def order() -> list[Exercise]:
    """Give all exercises in the order of the course; those that no lesson includes yet come last."""
    every = Exercise.all()
    included = [name for lesson in source.lessons() for name in lesson.exercises]
    return [every[name] for name in [*included, *(n for n in every if n not in included)] if name in every]


def _lines(standings: tuple[Standing, ...]) -> list[str]:
    return [f"  {s.state:7} {s.exercise:44} {_tries(s)}".rstrip() for s in standings]


def _tries(standing: Standing) -> str:
    return f"{standing.attempts} attempt{'s' * (standing.attempts != 1)}" if standing.attempts else ""
