"""A run in words: who was answered, how fast, and what the picture shows."""

from __future__ import annotations

import math
from collections import Counter

from unblocked.drawing.lanes import Lane
from unblocked.drawing.occupancy import served, threads
from unblocked.drawing.palette import LOOKS
from unblocked.drawing.units import counted, duration, number, share
from unblocked.drawing.view import View
from unblocked.percentiles import percentile, waits

NOTHING = "No request was sent: there is nothing to draw."
ENOUGH = 20
"""Requests from which on a 95th percentile means something."""

QUIET = 0.005
"""Seconds of lag of the event loop that no one needs to look at."""


def figures(view: View) -> str:
    """Give the line of numbers under a picture: how many, who failed and why, how fast, how many a second."""
    if not view.lanes:
        return NOTHING
    answered = [lane for lane in view.lanes if lane.request.ok]
    many, good = counted(len(view.lanes), "request"), number(len(answered)) if answered else "none"
    parts = [f"{many}, {good} answered{_failed(view.lanes)}"]
    if answered:
        parts += [_speed(waits(lane.request for lane in view.lanes)), _rate(view.lanes, answered)]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _failed(lanes: list[Lane]) -> str:
    causes = Counter(lane.request.cause for lane in lanes if not lane.request.ok)
    if not causes:
        return ""
    several = len(causes) > 1
    listed = ", ".join(f"{number(n)} {cause}" if several else cause for cause, n in causes.most_common(6))
    return f", {number(causes.total())} failed ({listed}{', …' if len(causes) > 6 else ''})"


def _speed(ranked: list[float]) -> str:
    if len(ranked) == 1:
        return f"after {duration(ranked[0])}"
    middle, most, worst = (_wait(percentile(ranked, p)) for p in (50, 95, 100))
    high = f"95th percentile {most}, " if len(ranked) >= ENOUGH else ""
    return f"median {middle}, {high}slowest {worst}"


def _wait(seconds: float) -> str:
    return "no answer" if math.isinf(seconds) else duration(seconds)


def _rate(lanes: list[Lane], answered: list[Lane]) -> str:
    passed = max(lane.done for lane in lanes)
    rate = len(answered) / passed if passed else 0.0
    return f"{rate:,.0f} answers a second" if rate >= 10 else f"{rate:.1f} answers a second"


def description(view: View) -> str:
    """Say in a few sentences what the picture shows, for those who do not see it."""
    if not view.lanes:
        return NOTHING
    return " ".join(filter(None, [_course(view), _failures(view.lanes), _places(view), strips(view)]))


def _course(view: View) -> str:
    many = counted(len(view.lanes), "request")
    many = many[0].upper() + many[1:]
    first, last = min(lane.done for lane in view.lanes), max(lane.done for lane in view.lanes)
    if len(view.lanes) == 1:
        return f"{many}: done after {duration(last)}."
    if not view.burst:
        return f"{many}, the last of them due after {duration(view.lanes[-1].due)}{_together(view)}."
    return f"{many}{_together(view)}: the first done after {duration(first)}, the last after {duration(last)}."


def _together(view: View) -> str:
    if set(view.spent) <= {"flight"}:
        return ""
    peak = served(view)
    if peak <= 1:
        return ", one after another"
    return ", all at once" if peak >= len(view.lanes) else f", at most {number(peak)} at the same time"


def _failures(lanes: list[Lane]) -> str:
    text = _failed(lanes).removeprefix(", ")
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _places(view: View) -> str:
    if set(view.spent) <= {"flight"}:
        return "Where they were is not recorded."
    total = sum(view.spent.values())
    most = sorted(view.spent, key=lambda place: -view.spent[place])[:3]
    parts = [f"{LOOKS[p].name} {share(view.spent[p], total)}" for p in most if view.spent[p] >= total / 50]
    return f"Where their time went: {', '.join(parts)}."


def strips(view: View) -> str:
    """Say what the strips under the lanes show, or why there is none."""
    if view.recording is None:
        return ""
    late = max((seconds for _, seconds in view.lag), default=None)
    used = max((count for _, count in threads(view)), default=0)
    lag = "" if late is None else f"The event loop was at most {duration(late)} late. "
    return f"{lag}{f'At most {used} of {view.recording.tokens} threads in use.' if used else 'No thread was used.'}"
