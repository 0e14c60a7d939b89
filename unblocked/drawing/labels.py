"""The words at both ends of a lane, and the room they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from unblocked.drawing.lanes import Lane
from unblocked.drawing.look import WIDE
from unblocked.drawing.units import duration

LETTER = 7.0
"""Pixels that a letter takes on average, in the widest of the usual fonts."""
NARROW = 66
"""Pixels on the left of a narrow page that the names of the strips need."""
SHORT = 11
"""Letters of a cause on a narrow page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A lane with its words, which have a short form for a narrow page."""

    lane: Lane
    name: str
    short: str

    @property
    def took(self) -> str:
        """How long its client had to wait, from the moment it was due."""
        return duration(self.lane.request.seconds)

    def why(self, *, most: int = 40) -> str:
        """Why it failed, with a sign that needs no colour; empty for an answer."""
        cause = self.lane.request.cause
        return f"✕ {cause if len(cause) <= most else cause[: most - 1] + '…'}" if cause else ""

    def after(self, *, span: float) -> str:
        """Whether its server went on working for it; nobody sees it if it is short."""
        return ", then busy" if self.lane.end - self.lane.done > span / 50 else ""


def rows(lanes: Iterable[Lane]) -> list[Row]:
    """Name lanes by number and path, and by method where it tells requests apart.

    The short form has the last part of the path.
    """
    lanes = list(lanes)
    mixed = len({lane.request.method for lane in lanes}) > 1
    return [_row(lane, method=f"{lane.request.method} " if mixed else "") for lane in lanes]


def _row(lane: Lane, *, method: str) -> Row:
    path = lane.request.path.partition("?")[0]
    short = f"{lane.number} /{path.rstrip('/').rpartition('/')[2]}"
    return Row(lane, clipped(f"{lane.number} {method}", path, 22), short if len(short) <= 10 else f"{short[:9]}…")


def clipped(start: str, path: str, most: int) -> str:
    """Leave out the beginning of a path that is too long: its end tells more.

    >>> clipped("7 ", "/carriers/north/quotes/17", 16)
    '7 …rth/quotes/17'
    """
    room = most - len(start)
    return start + (path if len(path) <= room else f"…{path[1 - room :]}")


def within(label: str) -> str:
    """Shorten what is written into a bar: of an address, only its path.

    >>> within("http://127.0.0.1:40123/carriers/swift/quote?parcel=7")
    '/carriers/swift/quote'
    >>> within("SELECT price FROM quotes WHERE parcel = ?")
    'SELECT price FROM quotes WHERE parcel = ?'
    """
    return urlsplit(label).path if "://" in label else label


@dataclass(frozen=True, slots=True)
class Room:
    """Pixels left and right of the drawing, on a wide page and on a narrow one."""

    left: int
    right: int
    narrow_left: int
    narrow_right: int

    @property
    def drawn(self) -> int:
        """Pixels that are left for the drawing on the narrowest of the wide pages."""
        return WIDE - self.left - self.right


def room(named: list[Row], *, span: float, least: int) -> Room:
    """Give the room that the words need: on the right, only as far as a bar's end comes near the edge."""
    left = max([least, *(_pixels(row.name) for row in named)])
    short = max([NARROW, *(_pixels(row.short) for row in named)])
    return Room(left, _right(named, span), short, _narrow_right(named, span))


def _right(named: list[Row], span: float) -> int:
    words = [_pixels(f"{row.took} {row.why()}{row.after(span=span)}") for row in named]
    return min(250, _over(words, named, span=span, drawn=540))


def _narrow_right(named: list[Row], span: float) -> int:
    words = [_pixels(f"{row.took} {row.why(most=SHORT)}") for row in named]
    return min(130, _over(words, named, span=span, drawn=190))


def _over(words: list[int], named: list[Row], *, span: float, drawn: int) -> int:
    over = [wide - (1 - row.lane.end / span) * drawn for wide, row in zip(words, named, strict=True)]
    return round(max([20, *over]))


def _pixels(words: str) -> int:
    return round(len(words) * LETTER) + 12
