"""A prediction, and the comparison that becomes of it: data, its words, its place in the history."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

from unblocked import faults
from unblocked.workspace import figures, journal, showing
from unblocked.workspace.cards import Card

MEASURED = {
    "slowest": ("seconds", "The slowest took {}."),
    "first": ("seconds", "The first took {}."),
    "median": ("seconds", "The median was {}."),
    "throughput": ("a second", "The throughput was {}."),
    "answered": ("requests", "Answered: {}."),
    "failed": ("requests", "Failed: {}."),
    "cell": ("number", "The cell gave {}."),
}
"""What a prediction can be about: an attribute of a load's result, or the value of the next cell, where nothing is
loaded; each with its unit and how a choice is answered."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a learner expects. `value` is None as long as there is no answer; `words` say what became of it.

    `unit` is "seconds", "number" or "choice"; `after` is true if the run had been seen before.
    """

    question: str
    unit: str
    value: float | str | None
    of: str
    words: str
    after: bool = False

    def against(self, measured: float | None, unit: str) -> Comparison:
        """Set the prediction beside a measurement and keep both in the history.

        Args:
            measured: what the run showed; None, nan or infinity if it showed nothing.
            unit: "seconds", "a second", "requests" or "number".

        A history that cannot be written is said on the comparison: it must not cost the learner the run.

        """
        was = float(measured) if isinstance(measured, Real) and math.isfinite(measured) else None
        entry = self.entry("comparison") | {"measured": was, "measured_unit": unit}
        return Comparison(self, was, unit, note="" if self.value is None else kept(entry))

    def entry(self, kind: str) -> dict[str, Any]:
        """Return what the history keeps of it; `kind` is "prediction" or "comparison"."""
        entry = {"kind": kind, "question": self.question, "unit": self.unit, "value": self.value, "of": self.of}
        return entry | {"after": True} if self.after else entry

    def __str__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        showing.done(self)
        return Card("Prediction", self.question, self.words).bundle()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A prediction beside what was measured (`None`: nothing was). `note` says if it could not be kept."""

    prediction: Prediction
    measured: float | None
    unit: str
    note: str = ""

    @property
    def words(self) -> str:
        """Both, in two sentences: "You said 0.5 s. It was 2.53 s: 5.1 times as long."."""
        said, was = self.prediction.value, self.measured
        if was is None:
            nothing = "The run has nothing to set beside it."
            return f"You {_said(self.prediction)}. {'Read above what happens.' if self._is_read else nothing}"
        shown = figures.written(was, self.unit)
        if not isinstance(said, float):
            sentence = MEASURED[self.prediction.of][1].format(shown)
            return f"You {_said(self.prediction)}. {sentence}"
        if not self._same_unit:
            return f"You {_said(self.prediction)}. It was {shown}."
        ratio = figures.ratio(said, was, self.unit)
        return f"You said {figures.written(said, self.unit)}. It was {shown}{': ' if ratio else ''}{ratio}."

    @property
    def _is_read(self) -> bool:
        """Whether a cell's output answers it in words, not in a figure."""
        return self.prediction.of == "cell" and not isinstance(self.prediction.value, float)

    @property
    def _same_unit(self) -> bool:
        """A plain number counts in whatever was measured; seconds count against seconds alone."""
        return self.prediction.unit == "number" or self.unit == "seconds"

    def card(self) -> Card:
        """Return what is shown; `card().html()` to put it beside a picture."""
        said, was = self.prediction.value, self.measured
        bars = (said, was) if isinstance(said, float) and was is not None and self._same_unit else ()
        return Card("Prediction and measurement", self.prediction.question, str(self), bars)

    def __str__(self) -> str:
        return f"{self.words} {self.note}".strip()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self.card().bundle()


def kept(entry: dict[str, Any]) -> str:
    """Append to the history; return what to say if that fails."""
    try:
        journal.append(entry)
    except faults.Fault as fault:
        return f"It is not in your history. {fault.message}"
    return ""


def _said(prediction: Prediction) -> str:
    if isinstance(prediction.value, float):
        return f"said {figures.written(prediction.value, prediction.unit)}"
    return f"chose {prediction.value}" if prediction.value else "have not said"
