"""Predictions: what a learner expects of a run, kept before it, and set beside what was measured after it."""

from __future__ import annotations

from collections.abc import Iterable

from unblocked import faults
from unblocked.workspace import figures, journal, showing
from unblocked.workspace.guesses import MEASURED, Comparison, Prediction, kept

__all__ = ["Comparison", "Prediction", "compare", "predict", "take_pending"]

_pending: dict[str, Prediction] = {}


def predict(
    question: str, *, seconds: object = None, number: object = None, choice: object = None, of: str = "slowest"
) -> Prediction:
    """Say what you expect, before you run it. Never fails: what it cannot use, it asks for again.

    Args:
        question: what the prediction is about, in a few words.
        seconds: the time that you expect; "500 ms" is understood as well.
        number: the count that you expect.
        choice: the letter of your choice.
        of: which part of the next run answers it: "slowest", "first", "median", "throughput", "answered", "failed";
            or "cell" for the value of the next cell, where nothing is loaded.

    Give one of `seconds`, `number` and `choice`. The next `load` shows your prediction beside what it measured.

    >>> predict("last of five", seconds=0.5)  # doctest: +SKIP
    last of five
    Noted: 0.5 s. Now run it and see.

    """
    given = {"seconds": seconds, "number": number, "choice": choice}
    asked = question if isinstance(question, str) else "your prediction"
    prediction = _predicted(asked, {unit: value for unit, value in given.items() if value is not None}, of)
    showing.at_the_end(prediction)
    return prediction


def take_pending(*, of_cell: bool = False) -> list[Prediction]:
    """Hand over the predictions that wait for a load, or for a cell, oldest first. They wait no longer."""
    taken = [each for each in _pending.values() if (each.of == "cell") is of_cell]
    for prediction in taken:
        del _pending[prediction.question]
        showing.done(prediction)
    return taken


def compare(predictions: Iterable[Prediction], run: object) -> list[Comparison]:
    """Set each prediction beside what `run` measured, read from the attribute that the prediction is `of`.

    >>> compare(take_pending(), load(parcel, "/quotes/blocking", n=5))  # doctest: +SKIP
    """
    return [each.against(getattr(run, each.of, None), MEASURED[each.of][0]) for each in predictions]


def _predicted(question: str, given: dict[str, object], of: object) -> Prediction:
    """Note what is given, or ask for what is missing."""
    unit = next(iter(given), "seconds")
    _pending.pop(question, None)
    try:
        return _noted(question, unit, _value(given), _measurement(of))
    except figures.Unclear as unclear:
        return Prediction(question, unit, None, "slowest", unclear.message)


def _value(given: dict[str, object]) -> float | str:
    if len(given) != 1:
        raise figures.Unclear("Give one answer: `seconds=`, `number=` or `choice=`.")
    [(unit, value)] = given.items()
    return figures.understood(unit, value)


def _measurement(of: object) -> str:
    name = of if isinstance(of, str) else type(of).__name__
    if name not in MEASURED:
        raise figures.Unclear(faults.unknown("measurement", name[:40], MEASURED).message)
    return name


def _noted(question: str, unit: str, value: float | str, of: str) -> Prediction:
    """Keep a prediction, and let it wait for its run."""
    after = _was_seen(question)
    bare = Prediction(question, unit, value, of, "", after)
    note = kept(bare.entry("prediction"))
    shown = value if isinstance(value, str) else figures.written(value, unit)
    words = f"Noted: {shown}, with the run already seen." if after else f"Noted: {shown}. Now run it and see."
    _pending[question] = Prediction(question, unit, value, of, f"{words} {note}".strip(), after)
    return _pending[question]


def _was_seen(question: str) -> bool:
    """Whether the learner has seen what a run answers to `question`, today or on another day."""
    try:
        history = journal.entries()
    except faults.Fault:
        return False  # what cannot be read is said when it cannot be written either
    return any(entry.get("kind") == "comparison" and entry.get("question") == question for entry in history)
