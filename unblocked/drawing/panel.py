"""A panel: the drawing of one run, in the frame that it shares with the run beside it."""

from __future__ import annotations

from dataclasses import dataclass

from unblocked.drawing import crowd, svg
from unblocked.drawing.axis import plotted, stacked
from unblocked.drawing.bars import Drawn, Mark, full
from unblocked.drawing.labels import Room, Row, room, rows
from unblocked.drawing.strips import beneath
from unblocked.drawing.view import View

LEAST = 100
"""Pixels on the left that the names of the strips need."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What panels of one picture have in common, so that they can be compared.

    `span` is the seconds across, `picked` those across the few lanes that stand for many, `top` the height of an area
    in requests.
    """

    span: float
    picked: float
    top: float
    room: Room


def framed(views: list[View], *, marks: list[Mark]) -> Frame:
    """Find the frame in which all these runs fit."""
    span = max([1e-6, *(view.span for view in views)])
    few = [row for view in views for row in _picked(view, marks)]
    crowds = [
        row for view in views if view.style != "full" for row in crowd.picked(view, marks=marks)
    ]  # letters: fewer lanes
    longest = max([1e-6, *(row.lane.end for row in crowds)])
    top = max([1.0, *(crowd.peak(view, span=span) for view in views if view.style == "area")])
    named = [row for view in views if view.style == "full" for row in rows(view.lanes)]
    return Frame(span, longest, top, _widest(room(named, span=span, least=LEAST), room(few, span=longest, least=LEAST)))


def _widest(one: Room, other: Room) -> Room:
    return Room(
        max(one.left, other.left),
        max(one.right, other.right),
        max(one.narrow_left, other.narrow_left),
        max(one.narrow_right, other.narrow_right),
    )


def _picked(view: View, marks: list[Mark]) -> list[Row]:
    return crowd.picked(view, marks=marks) if view.style == "area" else []


def panel(view: View, *, frame: Frame, marks: list[Mark]) -> Drawn:
    """Draw one run: its requests, what is to be said of loop and threads, and the time axis."""
    strips = beneath(view, span=frame.span)
    if view.style == "full":
        lanes = full(rows(view.lanes), span=frame.span, drawn=frame.room.drawn, marks=marks)
        return plotted([lanes, *strips], span=frame.span)
    if view.style == "thin":
        return plotted([crowd.thin(view, span=frame.span, marks=marks), *strips], span=frame.span)
    over_time = plotted([crowd.area(view, span=frame.span, top=frame.top), *strips], span=frame.span)
    few = _few(view, frame=frame, marks=marks)
    return stacked([_headed("Requests at each place, over time", "Requests at each place", over_time), few])


def _few(view: View, *, frame: Frame, marks: list[Mark]) -> Drawn:
    due = {lane.number: lane.due for lane in view.lanes}
    moved = [Mark(m.number, m.start - due[m.number], m.end - due[m.number], m.text) for m in marks if m.number in due]
    lanes = full(_picked(view, marks), span=frame.picked, drawn=frame.room.drawn, marks=moved)
    head = "Some of them, each from the moment it was due", "Some, each from its own start"
    return _headed(*head, plotted([lanes], span=frame.picked))


def _headed(words: str, short: str, part: Drawn) -> Drawn:
    head = svg.named(words, short, y=13, x="0", extra='font-weight="600"')
    return stacked([Drawn(head, 16), part])
