"""A scene: the runs of one picture, drawn in one frame, before it becomes a page, a file or letters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from unblocked.drawing.bars import Drawn, Mark
from unblocked.drawing.lanes import Run
from unblocked.drawing.palette import LOOKS, Place
from unblocked.drawing.panel import Frame, framed, panel
from unblocked.drawing.view import View

Marked = tuple[str, float, float, str]
"""A part of a request to look at: the request's id, start and end on the clock of its stretches, and why."""


class Scene:
    """One run, or two that are compared: the earlier one comes first. Everything is computed when it is asked for."""

    def __init__(self, runs: list[Run], *, title: str, mark: Iterable[Marked] = ()) -> None:
        self.title = title
        self.views = [View(run) for run in runs]
        mark = list(mark)
        self.marks = [_marks(view, mark) for view in self.views]

    @property
    def empty(self) -> bool:
        """Whether no request was sent at all."""
        return not any(view.lanes for view in self.views)

    @cached_property
    def frame(self) -> Frame:
        """The scale that all runs of the picture share."""
        return framed(self.views, marks=[mark for marks in self.marks for mark in marks])

    @cached_property
    def panels(self) -> list[Drawn]:
        """The drawing of each run. A run without requests has an empty one."""
        pairs = zip(self.views, self.marks, strict=True)
        return [panel(v, frame=self.frame, marks=m) if v.lanes else Drawn("", 0) for v, m in pairs]

    @cached_property
    def places(self) -> list[Place]:
        """The places that the legend explains."""
        return [place for place in LOOKS if any(place in view.worth_naming for view in self.views)]


def _marks(view: View, marked: list[Marked]) -> list[Mark]:
    numbers = {lane.request.id: lane.number for lane in view.lanes}
    known = [one for one in marked if one[0] in numbers]
    return [Mark(numbers[name], _within(start, view), _within(end, view), why) for name, start, end, why in known]


def _within(moment: float, view: View) -> float:
    return min(view.span, max(0.0, moment - view.zero))
