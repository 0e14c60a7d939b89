"""A view: one run, made ready to be drawn, with what several rooms of the picture ask for."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from unblocked.drawing.lanes import Lane, Piece, Run, exclusive, joined
from unblocked.drawing.palette import BESIDES, FILLERS, LOOKS, Place

FULL, THIN = 25, 120
"""Up to how many requests have a lane with labels, and a thin one. More are drawn as an area."""


class View:
    """A run and what follows from it, computed once. Times are seconds after its first request was due."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.title = run.title
        self.recording = run.recording

    @cached_property
    def lanes(self) -> list[Lane]:
        """The requests in the order in which they were due."""
        return joined(self.run)

    @cached_property
    def zero(self) -> float:
        """The moment at which the first request was due, on the run's own clock."""
        return min((request.due for request in self.run.requests), default=0.0)

    @cached_property
    def span(self) -> float:
        """Seconds until the last of it was over."""
        return max([1e-6, *(lane.end for lane in self.lanes)])

    @cached_property
    def told(self) -> list[list[Piece]]:
        """For every lane, one place for every moment."""
        return [exclusive(lane.pieces) for lane in self.lanes]

    @cached_property
    def spent(self) -> dict[Place, float]:
        """Seconds at each place, of all requests together, in the order of the legend."""
        total = dict.fromkeys(LOOKS, 0.0)
        for pieces in self.told:
            for piece in pieces:
                total[piece.place] += piece.end - piece.start
        return {place: seconds for place, seconds in total.items() if seconds > 0}

    @cached_property
    def worth_naming(self) -> list[Place]:
        """The places that can be seen in the picture, and those that a server recorded, in the order of the legend."""
        longest: dict[Place, float] = {}
        for pieces in self.told:
            for piece in pieces:
                longest[piece.place] = max(longest.get(piece.place, 0.0), piece.end - piece.start)
        much = sum(self.spent.values()) / 50
        seen = {p for p in self.spent if longest[p] >= self.least(p) or self.spent[p] >= much}
        if self.style != "thin" and any(lane.held for lane in self.lanes):
            seen.add(BESIDES)
        return [place for place in LOOKS if place in seen]

    @cached_property
    def lag(self) -> list[tuple[float, float]]:
        """How late the event loop was, as `(when, seconds late)`; a delay that outlasts the run is cut at its end."""
        samples = [(when - self.zero, late) for when, late in (self.recording.lag if self.recording else [])]
        seen = [(when, late) for when, late in samples if self._seen(when, late)]
        return [(min(when, self.span), late - max(0.0, when - self.span)) for when, late in seen]

    def _seen(self, when: float, late: float) -> bool:
        """Whether a delay that ended then has a part in the time of the run."""
        return when >= 0 and when - late < self.span

    def least(self, place: Place) -> float:
        """Seconds below which time at a place is not drawn: nobody recorded it, and nobody could see it."""
        return self.span / 600 if place in FILLERS else 1e-9

    @property
    def burst(self) -> bool:
        """Whether all requests were due at about the same moment."""
        return bool(self.lanes) and self.lanes[-1].due <= self.span / 20

    @property
    def style(self) -> Literal["full", "thin", "area"]:
        """How much room a request has."""
        return "full" if len(self.lanes) <= FULL else "thin" if len(self.lanes) <= THIN else "area"
