"""The numbers of a picture, as a table: for screen readers, for a terminal, for whoever wants to copy them."""

from __future__ import annotations

from dataclasses import dataclass

from unblocked.drawing.crowd import picked
from unblocked.drawing.lanes import Lane, spent
from unblocked.drawing.palette import BESIDES, LOOKS
from unblocked.drawing.svg import escaped
from unblocked.drawing.units import duration
from unblocked.drawing.view import THIN, View

MOST = THIN
"""Rows of a table. Of more requests, those are shown that stand for the others."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; `short` is the head for a terminal, `numeric` says which columns are aligned to the right."""

    head: tuple[str, ...]
    short: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def numbers(view: View) -> Table:
    """Make the table of a run: a row a request, with the seconds that it spent at each place."""
    named = [("", lane) for lane in view.lanes]
    if len(named) > MOST:
        lanes = {lane.number: lane for lane in view.lanes}
        named = [(row.name, lanes[row.lane.number]) for row in picked(view, marks=[])]
    places = tuple(place for place in LOOKS if place in view.worth_naming)
    first = ("", "request", "due", "took", "came back")
    head, short = (*first, *(LOOKS[p].name for p in places)), (*first, *(f"{LOOKS[p].letter} {p}" for p in places))
    rows = tuple(_cells(words, lane) + _spent(lane, places) for words, lane in named)
    return Table(head, short, (False, False, True, True, False, *(True for _ in places)), rows)


def note(view: View) -> str:
    """Say that a table has not all rows, if so."""
    return f"These stand for all {len(view.lanes):,}." if len(view.lanes) > MOST else ""


def _cells(words: str, lane: Lane) -> tuple[str, ...]:
    request = lane.request
    number = f"{lane.number} ({words})" if words else str(lane.number)
    back = request.cause or (f"status {request.status}" if request.status else "answered")
    return number, f"{request.method} {request.path}", duration(lane.due), duration(request.seconds), back


def _spent(lane: Lane, places: tuple[str, ...]) -> tuple[str, ...]:
    seconds = {str(place): total for place, total in spent(lane.pieces).items()}
    if lane.held:
        seconds[BESIDES] = sum(piece.end - piece.start for piece in lane.held)
    return tuple(duration(seconds[place]) if place in seconds else "" for place in places)


def as_html(table: Table) -> str:
    """Write a table for a page."""
    head = "".join(
        f'<th scope="col"{_side(n)}>{escaped(c)}</th>' for c, n in zip(table.head, table.numeric, strict=True)
    )
    body = "".join(f"<tr>{_row(row, table.numeric)}</tr>" for row in table.rows)
    return f'<table class="ub-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(row: tuple[str, ...], numeric: tuple[bool, ...]) -> str:
    return "".join(f"<td{_side(n)}>{escaped(cell)}</td>" for cell, n in zip(row, numeric, strict=True))


def _side(numeric: bool) -> str:  # noqa: FBT001
    return ' class="ub-n"' if numeric else ""


def as_text(table: Table) -> str:
    """Write a table for a terminal, its columns in line."""
    rows = [table.short, *table.rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.short))]
    return "\n".join(_line(row, widths, table.numeric) for row in rows)


def _line(row: tuple[str, ...], widths: list[int], numeric: tuple[bool, ...]) -> str:
    cells = zip(row, widths, numeric, strict=True)
    return "  ".join(c.rjust(w) if right else c.ljust(w) for c, w, right in cells).rstrip()
