"""A lane: one request's life from the moment it was due, from both views, its client's and its server's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from unblocked.drawing.palette import BESIDES, LAYER, LAYERS, Place
from unblocked.records import Recording, Request, Stretch, Trace

NOISE = 20e-6
"""Seconds that pass between two stretches while the recorder itself writes them down."""


class Run(Protocol):
    """What can be drawn: the requests that were sent and, if their server was recorded, what it saw."""

    @property
    def requests(self) -> list[Request]:
        """Every request, as its client saw it."""

    @property
    def recording(self) -> Recording | None:
        """What the server saw, or `None` for a server that was not recorded."""

    @property
    def title(self) -> str:
        """A few words over the picture."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a lane, in seconds after the run's first request was due. `mixed`: many short ones, added up."""

    place: Place
    start: float
    end: float
    label: str = ""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One request: its number in the run, when it was due and done, and where it was in between (and afterwards).

    `held` is when it had a connection of a pool meanwhile.
    """

    number: int
    request: Request
    due: float
    done: float
    pieces: tuple[Piece, ...]
    held: tuple[Piece, ...] = ()

    @property
    def end(self) -> float:
        """When the last of it is over: a server may work on after its answer, or after its client has left."""
        return max([self.done, *(piece.end for piece in self.pieces)])

    def since(self, moment: float) -> Lane:
        """Give the same lane with its times counted from another moment."""

        def moved(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
            return tuple(Piece(p.place, p.start - moment, p.end - moment, p.label, p.mixed) for p in pieces)

        times = {"due": self.due - moment, "done": self.done - moment}
        return Lane(self.number, self.request, **times, pieces=moved(self.pieces), held=moved(self.held))


def joined(run: Run) -> list[Lane]:
    """Join what client and server saw of each request. The lanes are numbered from 1, in the order they were due."""
    requests = sorted(run.requests, key=lambda request: request.due)
    if not requests:
        return []
    traces = {trace.id: trace for trace in run.recording.traces} if run.recording else {}
    zero = requests[0].due
    unseen = (max(request.done for request in requests) - zero) / 200
    known = {r.id: traces.get(r.id) or _overlooked(r, run.recording) for r in requests}
    return [_lane(n, r, known[r.id], zero=zero, unseen=unseen) for n, r in enumerate(requests, start=1)]


def _overlooked(request: Request, recording: Recording | None) -> Trace | None:
    """Make the trace of a request that a recording server never looked at: it waited for its turn, in vain."""
    if recording is None or recording.dropped or not recording.traces or request.status is not None:
        return None
    waits = Stretch("turn", request.due, max(request.due, request.done))
    return Trace(request.id, request.method, request.path, request.due, stretches=[waits])


def _lane(number: int, request: Request, trace: Trace | None, *, zero: float, unseen: float) -> Lane:
    due, done = request.due - zero, max(request.due, request.done) - zero
    every = sorted(_named(trace, zero=zero), key=lambda piece: (piece.start, piece.end)) if trace else []
    named = [piece for piece in every if piece.place != BESIDES]
    held = tuple(piece for piece in every if piece.place == BESIDES)
    if trace is None or not named:
        return Lane(number, request, due, done, (Piece("flight", due, done),), held)
    turn = [Piece("turn", due, named[0].start)] if named[0].start > due else []
    pieces = [*turn, *named, *_unnamed(named), *_rest(named, trace, zero=zero, done=done, unseen=unseen)]
    return Lane(number, request, due, done, tuple(sorted(pieces, key=lambda piece: (piece.start, piece.end))), held)


def _named(trace: Trace, *, zero: float) -> list[Piece]:
    times = [(s, max(zero, s.start) - zero) for s in trace.stretches]
    return [Piece(s.kind, start, max(start, s.end - zero), s.label) for s, start in times]


def _unnamed(named: list[Piece]) -> list[Piece]:
    gaps, until = [], named[0].end
    for piece in named:
        if piece.start - until > NOISE:
            gaps.append(Piece("await", until, piece.start))
        until = max(until, piece.end)
    return gaps


def _rest(named: list[Piece], trace: Trace, *, zero: float, done: float, unseen: float) -> list[Piece]:
    """Fill the time after the last stretch: it awaits something, is answered, and may be long on its way back."""
    last = max(piece.end for piece in named)
    answered = max(last, min(done, (trace.answered or trace.end or zero) - zero))
    awaited = [Piece("await", last, answered)] if answered - last > NOISE else []
    return [*awaited, *([Piece("flight", answered, done)] if done - answered > unseen else [])]


def exclusive(pieces: Iterable[Piece]) -> list[Piece]:
    """Tell for every moment one place: of those where a request is at once, the one that is painted last."""
    edges = [edge for p in pieces for edge in ((p.start, 1, LAYER[p.place]), (p.end, -1, LAYER[p.place]))]
    here, told, since = [0] * len(LAYERS), list[Piece](), 0.0
    for moment, change, layer in sorted(edges):
        top = max((n for n, count in enumerate(here) if count), default=None)
        if top is not None and moment > since:
            told.append(Piece(LAYERS[top], since, moment))
        here[layer] += change
        since = moment
    return told


def spent(pieces: Iterable[Piece]) -> dict[Place, float]:
    """Add up the seconds at each place, every moment counted once, in the order of `LAYERS`."""
    seconds = dict.fromkeys(LAYERS, 0.0)
    for piece in exclusive(pieces):
        seconds[piece.place] += piece.end - piece.start
    return {place: total for place, total in seconds.items() if total > 0}


def thinned(pieces: tuple[Piece, ...], *, most: int) -> tuple[Piece, ...]:
    """Give about `most` pieces at most: of more, each part of the time shows its places in proportion, side by side."""
    if len(pieces) <= most:
        return pieces
    start, end = min(piece.start for piece in pieces), max(piece.end for piece in pieces)
    if start == end:
        return pieces[:1]
    slots = max(2, most // len({piece.place for piece in pieces}))
    slot = (end - start) / slots
    where: list[dict[Place, float]] = [dict.fromkeys(reversed(LAYERS), 0.0) for _ in range(slots)]
    for piece in exclusive(pieces):
        for n in range(int((piece.start - start) / slot), min(slots - 1, int((piece.end - start) / slot)) + 1):
            part = min(piece.end, start + (n + 1) * slot) - max(piece.start, start + n * slot)
            where[n][piece.place] += max(0.0, part)
    return tuple(_fused([p for n, seconds in enumerate(where) for p in _side_by_side(seconds, start + n * slot)]))


def _side_by_side(seconds: dict[Place, float], start: float) -> list[Piece]:
    pieces = []
    for place, total in seconds.items():
        if total > NOISE:
            pieces.append(Piece(place, start, start + total, mixed=True))
            start += total
    return pieces


def _fused(pieces: list[Piece]) -> list[Piece]:
    fused: list[Piece] = []
    for piece in pieces:
        start = piece.start
        if fused and fused[-1].place == piece.place and start - fused[-1].end < 2 * NOISE:
            start = fused.pop().start
        fused.append(Piece(piece.place, start, piece.end, mixed=True))
    return fused
