"""A lane in full: its bars, its words at both ends, and what is marked in it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from unblocked.drawing import svg
from unblocked.drawing.labels import SHORT, Row, within
from unblocked.drawing.lanes import Piece, thinned
from unblocked.drawing.palette import FILLERS, LAYER, LOOKS, Place, darker, fill, name
from unblocked.drawing.shares import Shared, shared
from unblocked.drawing.units import duration

MOST = 260
"""Pieces in one picture. More would not be seen, and would make the page heavy."""
GAP, MARK = 7, 17
"""Pixels between two lanes, and for the words of a mark."""
_LETTER = 6.4
"""Pixels of a letter in a bar."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of a picture: its shapes, from y = 0, and its height in pixels. The width is that of the page."""

    body: str
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a lane that has to be looked at, in seconds after the first request was due, and why."""

    number: int
    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Track:
    """Where a lane lies.

    `span` is the seconds across the drawing and `drawn` the pixels that it has at least, `y` the upper edge and
    `height` the height in pixels.
    """

    span: float
    drawn: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        """The y of its middle."""
        return self.y + self.height / 2


def full(rows: list[Row], *, span: float, drawn: float, marks: Iterable[Mark] = ()) -> Drawn:
    """Draw one lane below the other, as `Track` says."""
    height, y, body, marks = (20 if len(rows) <= 12 else 16), 4.0, list[str](), list(marks)
    for row in rows:
        track = Track(span, drawn, y, height)
        body.append(_lane(row, track, most=max(8, MOST // len(rows))))
        here = [mark for mark in marks if mark.number == row.lane.number]
        body += [_mark(mark, track, nth=nth) for nth, mark in enumerate(here)]
        y += height + GAP + MARK * len(here)
    return Drawn("".join(body), y - GAP + 4)


def _lane(row: Row, track: Track, *, most: int) -> str:
    least = track.span / 600
    pieces = thinned(row.lane.pieces, most=most)
    seen = [piece for piece in pieces if piece.place not in FILLERS or piece.end - piece.start >= least]
    placed = sorted(shared(seen, least=least), key=lambda one: LAYER[one[0].place])
    bars = "".join(_bar(one, row, track) for one in placed)
    inner = "".join(_inside(piece, track) for piece, _, of in placed if of == 1)
    bars += "".join(_stripe(piece, row, track) for piece in row.lane.held if piece.start < track.span)
    ground = f'<rect y="{svg.plain(track.y)}" width="100%" height="{track.height}" rx="3" fill-opacity=".05"/>'
    return f'{ground}<g class="ub-bars">{bars}</g>{inner}{_words(row, track)}'


def _bar(one: Shared, row: Row, track: Track) -> str:
    piece, share, of = one
    tall = track.height * LOOKS[piece.place].tall if of == 1 else track.height / of - 1
    y = track.middle - tall / 2 if of == 1 else track.y + share * track.height / of
    box = {"span": track.span, "y": y, "height": tall}
    return svg.bar(piece.start, piece.end, **box, extra=f'fill="{fill(piece.place)}"', words=told(piece, row))


def _stripe(piece: Piece, row: Row, track: Track) -> str:
    """Draw what a request has meanwhile, along the lower edge of its lane."""
    tall = max(3.0, track.height * LOOKS[piece.place].tall)
    box = {"span": track.span, "y": track.y + track.height - tall / 2, "height": tall}
    return svg.bar(
        piece.start, min(piece.end, track.span), **box, extra=f'fill="{fill(piece.place)}"', words=told(piece, row)
    )


def told(piece: Piece, row: Row) -> str:
    """Say what a bar stands for, in numbers.

    "2 /quotes: waits for its turn, 506 ms (0 ms to 506 ms)" for a grey bar.
    """
    times = f"({duration(piece.start)} to {duration(piece.end)})"
    when = f"in all, around {duration(piece.start)}" if piece.mixed else times
    what = f"{name(piece.place, piece.label)}, {duration(piece.end - piece.start)} {when}"
    return f"{row.lane.number} {row.lane.request.method} {row.lane.request.path}: {what}"


def _inside(piece: Piece, track: Track) -> str:
    """Write what is done into the bar, if it fits on every wide page; a narrow one hides it."""
    words, look = within(piece.label), LOOKS[piece.place]
    room = (piece.end - piece.start) / track.span * track.drawn
    needed = len(words) * _LETTER * (2 if look.pattern else 1) + 12
    if not words or needed > room or look.tall < 0.5:
        return ""
    middle = svg.across((piece.start + piece.end) / 2, track.span)
    extra = f'class="ub-in" stroke="{darker(piece.place)}" text-anchor="middle"'
    ground = _ground(words, piece.place, middle, track) if look.pattern else ""
    return ground + svg.text(words, x=middle, y=track.middle + 3.8, extra=extra)


def _ground(words: str, place: Place, middle: str, track: Track) -> str:
    """Lay a plain ground under words on a pattern."""
    wide, tall = round(len(words) * _LETTER + 8), track.height * LOOKS[place].tall
    box = f'x="{middle}" y="{svg.plain(track.middle - tall / 2)}" width="{wide}" height="{svg.plain(tall)}"'
    moved = f'transform="translate(-{wide / 2})"'
    return f'<rect class="ub-ground" {box} fill="{darker(place)}" {moved} pointer-events="none"/>'


def _words(row: Row, track: Track) -> str:
    y, lane = track.middle + 4.2, row.lane
    names = svg.named(row.name, row.short, y=y)
    then = f'<tspan class="ub-dim ub-wide">{row.after(span=track.span)}</tspan>' if row.after(span=track.span) else ""
    end = f'<tspan class="ub-dim">{row.took}</tspan>{_why(row)}{then}'
    words = f'<text x="{svg.across(lane.end, track.span)}" dx="6" y="{svg.plain(y)}">{end}</text>'
    return f"{names}{_left(row, track)}{words}"


def _why(row: Row) -> str:
    wide, short = svg.escaped(row.why()), svg.escaped(row.why(most=SHORT))
    if wide == short:
        return f'<tspan class="ub-bad"> {wide}</tspan>' if wide else ""
    narrow = f'<tspan class="ub-bad ub-narrow" display="none"> {short}</tspan>'
    return f'<tspan class="ub-bad ub-wide"> {wide}</tspan>{narrow}'


def _left(row: Row, track: Track) -> str:
    """Draw a line where the client had its answer, or gave up, if the server goes on after it."""
    if row.lane.end - row.lane.done <= track.span / 50:
        return ""
    edges = {"top": track.y - 2, "bottom": track.y + track.height + 2}
    return svg.line(svg.across(row.lane.done, track.span), **edges, extra='stroke="currentColor" stroke-width="2"')


def _mark(mark: Mark, track: Track, *, nth: int) -> str:
    frame = 'fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="4 2.5" pointer-events="none"'
    box = svg.bar(mark.start, mark.end, span=track.span, y=track.y - 2, height=track.height + 4, extra=frame)
    y = track.y + track.height + 14 + MARK * nth
    late = (mark.start + mark.end) / 2 > track.span / 2
    x, anchor = (mark.end, "end") if late else (mark.start, "start")
    words = [f"▲ {textwrap.shorten(mark.text, most, placeholder='…')}" for most in (70, 26)]
    extra = f'font-weight="600" text-anchor="{anchor}"'
    return box.replace(' stroke="none"', "") + svg.named(*words, x=svg.across(x, track.span), y=y, extra=extra)
