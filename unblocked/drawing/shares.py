"""How the pieces of one request that go on at the same time share the height of its lane."""

from __future__ import annotations

from unblocked.drawing.lanes import Piece
from unblocked.drawing.palette import FILLERS

MOST = 5
"""Shares of a bar's height that can still be seen. A sixth piece lies over the first."""

Shared = tuple[Piece, int, int]
"""A piece, its share counted from the top, and how many shares there are."""


def shared(pieces: list[Piece], *, least: float) -> list[Shared]:
    """Give each piece a share of its own among those that overlap it by more than `least` seconds.

    The loop's pieces, and what fills gaps, take the whole height: they are painted over and under the others.
    """
    placed, group = list[Shared](), list[tuple[Piece, int]]()
    for piece in pieces:
        if piece.place == "loop" or piece.place in FILLERS:
            placed.append((piece, 0, 1))
            continue
        if group and piece.start > max(other.end for other, _ in group) - least:
            placed += _settled(group)
            group = []
        group.append((piece, _free(group, piece.start + least)))
    return placed + _settled(group)


def _free(group: list[tuple[Piece, int]], start: float) -> int:
    taken = {share for piece, share in group if piece.end > start}
    return next(share for share in range(len(taken) + 1) if share not in taken)


def _settled(group: list[tuple[Piece, int]]) -> list[Shared]:
    of = min(MOST, 1 + max((share for _, share in group), default=0))
    return [(piece, share % of, of) for piece, share in group]
