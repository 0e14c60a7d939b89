"""The picture in letters: for a terminal, and for whoever reads a notebook without its pictures."""

from __future__ import annotations

import textwrap

from unblocked.drawing.bars import Mark
from unblocked.drawing.crowd import ordered, picked
from unblocked.drawing.labels import Row, rows
from unblocked.drawing.lanes import thinned
from unblocked.drawing.occupancy import occupancy
from unblocked.drawing.palette import LAYER, LOOKS, Place
from unblocked.drawing.panel import Frame
from unblocked.drawing.scene import Scene
from unblocked.drawing.summary import NOTHING, figures, strips
from unblocked.drawing.table import as_text, numbers
from unblocked.drawing.units import duration, ticks
from unblocked.drawing.view import FULL, View

WIDTH = 100
ACROSS = 60
"""Letters for the whole time."""
LANES = 60
"""Requests that get a line each."""
BLOCKS = " ▁▂▃▄▅▆▇█"


def written(scene: Scene) -> str:
    """Write a picture: its title, then each run on the same scale."""
    several = len(scene.views) > 1
    parts = [scene.title] if scene.title else []
    for view, marks in zip(scene.views, scene.marks, strict=True):
        head = [view.title, ""] if several and view.title else []
        parts.append("\n".join([*head, *_run(view, frame=scene.frame, marks=marks)]))
    return "\n\n".join(parts)


def _run(view: View, *, frame: Frame, marks: list[Mark]) -> list[str]:
    if not view.lanes:
        return [NOTHING]
    said = [f"Marked in {m.number}, {duration(m.start)} to {duration(m.end)}: {m.text}" for m in marks]
    table = ["", as_text(numbers(view)), ""] if len(view.lanes) <= FULL else []
    words = [figures(view), strips(view), *said]
    return [*_chart(view, frame=frame), "", *_legend(view), *table, *(_wrapped(text) for text in words if text)]


def _wrapped(words: str) -> str:
    return textwrap.fill(words, WIDTH)


def _chart(view: View, *, frame: Frame) -> list[str]:
    """Draw a line a request, or a line a place if there are many."""
    if len(view.lanes) > LANES:
        return [*_places(view, span=frame.span), "", *_some(view, span=frame.picked)]
    return _lanes(rows(view.lanes if view.style == "full" else ordered(view)), frame.span)


def _lanes(named: list[Row], span: float) -> list[str]:
    wide = max(len(row.name) for row in named)
    return [*(_line(row, span=span, wide=wide) for row in named), _axis(span, wide)]


def _line(row: Row, *, span: float, wide: int) -> str:
    cells = [" "] * ACROSS
    pieces = thinned(row.lane.pieces, most=ACROSS)
    for piece in sorted(pieces, key=lambda piece: LAYER[piece.place]):
        first = min(ACROSS - 1, int(piece.start / span * ACROSS))
        last = max(first + 1, round(piece.end / span * ACROSS))
        if piece.end - piece.start < span / ACROSS / 2 and cells[first] != " ":
            continue  # a sliver must not hide what lasted longer
        cells[first:last] = LOOKS[piece.place].letter * (min(last, ACROSS) - first)
    why = f" {row.why()}" if row.why() else ""
    return f"{row.name.ljust(wide)} |{''.join(cells)}| {row.took}{why}{row.after(span=span)}"


def _axis(span: float, wide: int) -> str:
    line = ""
    for at, words in ticks(span, most=5):
        line = line.ljust(wide + 2 + round(at / span * ACROSS)) + words
    return line


def _places(view: View, *, span: float) -> list[str]:
    counts = occupancy(view, span=span, slots=ACROSS)
    top = max((max(count) for count in counts.values()), default=0.0)
    wide = max((len(LOOKS[place].name) for place in counts), default=0)
    lines = [_spark(place, count, top=top, wide=wide) for place, count in counts.items()]
    return ["Requests at each place, over time", *lines, _axis(span, wide)]


def _spark(place: Place, count: list[float], *, top: float, wide: int) -> str:
    blocks = "".join(BLOCKS[min(8, max(round(8 * n / top), n > 0))] for n in count)
    return f"{LOOKS[place].name.ljust(wide)} |{blocks}| up to {max(count):,.0f}"


def _some(view: View, *, span: float) -> list[str]:
    return ["Some of them, each from the moment it was due", *_lanes(picked(view, marks=[]), span)]


def _legend(view: View) -> list[str]:
    words = [f"{LOOKS[place].letter} {LOOKS[place].name}" for place in view.worth_naming]
    return ["   ".join(words[n : n + 4]) for n in range(0, len(words), 4)]
