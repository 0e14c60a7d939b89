"""How many requests are where, over time, and how many threads are in use."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from unblocked.drawing.lanes import Piece
from unblocked.drawing.palette import Place
from unblocked.drawing.view import View


def occupancy(view: View, *, span: float, slots: int) -> dict[Place, list[float]]:
    """Give for each place how many requests were there on average, in each of `slots` equal parts of the time."""
    where: dict[Place, list[Piece]] = {}
    for pieces in view.told:
        for piece in pieces:
            where.setdefault(piece.place, []).append(piece)
    return {place: averages(where[place], span=span, slots=slots) for place in view.spent}


def averages(pieces: Iterable[Piece], *, span: float, slots: int) -> list[float]:
    """Give how many of the pieces there were on average in each slot. The work grows with the pieces, not the slots."""
    partial, whole = [0.0] * (slots + 1), [0] * (slots + 2)
    for piece in pieces:
        start, end = piece.start / span * slots, min(piece.end / span * slots, float(slots))
        first, last = int(start), int(end)
        if first == last:
            partial[first] += end - start
            continue
        partial[first] += first + 1 - start
        partial[last] += end - last
        whole[first + 1] += 1
        whole[last] -= 1
    return [part + count for part, count in zip(partial[:slots], accumulate(whole), strict=False)]


def served(view: View, *, slots: int = 100) -> int:
    """Count how many requests were worked on or awaiting at the same time, at most, slivers of overlap left out."""
    elsewhere: set[Place] = {"turn", "token"}
    counts = occupancy(view, span=view.span, slots=slots)
    together = zip(*(counts[place] for place in counts if place not in elsewhere), strict=True)
    return round(max(map(sum, together), default=0))


def in_threads(view: View) -> list[Piece]:
    """Give what ran in worker threads while the run lasted, whoever had asked for it."""
    traces = view.recording.traces if view.recording else []
    stretches = [s for trace in traces for s in trace.stretches if s.kind == "thread"]
    times = [(max(0.0, s.start - view.zero), min(view.span, s.end - view.zero)) for s in stretches]
    return [Piece("thread", start, end) for start, end in times if start < end]


def threads(view: View) -> list[tuple[float, int]]:
    """Give when the number of threads in use changed, and to what, while the run lasted."""
    edges = sorted(edge for piece in in_threads(view) for edge in ((piece.start, 1), (piece.end, -1)))
    counts = accumulate(change for _, change in edges)
    return [(when, count) for (when, _), count in zip(edges, counts, strict=True)]
