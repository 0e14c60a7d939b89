"""Merges three versions of a notebook's cells: the course's as it was handed out, the course's now, and the learner's.

What the learner has not touched takes the correction; what the learner has made stays. Cells are known by their ids;
outputs, execution counts and metadata are no reason to call one changed. Of what was handed out, fingerprints do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

Cell = dict[str, Any]
"""A cell as nbformat 4 writes it down, with an id."""

NOTES = {
    "code": "# The course's new version of the cell above, which you have changed:",
    "markdown": "*The course's new version of the text above, which you have changed:*",
}
"""What stands above the course's version where both are shown, by the cell's type."""

_EXERCISE = re.compile(r"^%%exercise[ \t]+(\w+)", re.MULTILINE)
_LONGEST = 60
"""Characters of an id before what makes it unique; nbformat allows 64."""


class Given(NamedTuple):
    """What is known of a cell that was handed out: its id, the fingerprint of its text, the exercise that it is for."""

    id: str
    fingerprint: str
    exercise: str


def merged(before: Sequence[Given] | None, now: Sequence[Cell], mine: Sequence[Cell]) -> list[Cell]:
    """Merge; give the learner's new cells, in the course's order, each of the learner's own after the one it follows.

    Args:
        before: the course's cells as the learner had them last from it; None if nobody knows that any more, and then
            each cell that differs counts as changed by both.
        now: the course's cells as they are.
        mine: the learner's cells.

    >>> handed_out = [{"id": "a", "cell_type": "code", "source": "1 + 1"}]
    >>> corrected = [{"id": "a", "cell_type": "code", "source": "1 + 2"}]
    >>> merged(given(handed_out), corrected, mine=handed_out)
    [{'id': 'a', 'cell_type': 'code', 'source': '1 + 2'}]

    """
    return list(_Merge(before, now, mine).cells())


def given(cells: Iterable[Cell]) -> list[Given]:
    """Give what is to be known of the course's cells when the learner gets them."""
    return [Given(cell["id"], _fingerprint(cell), exercise(cell)) for cell in cells]


def source(cell: Cell) -> str:
    """Give a cell's text, which nbformat writes as one string or as a list of lines."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def exercise(cell: Cell) -> str:
    """Give the name of the exercise that a cell answers; empty if none."""
    found = _EXERCISE.search(source(cell)) if cell["cell_type"] == "code" else None
    return found[1] if found else ""


def _fingerprint(cell: Cell) -> str:
    return hashlib.sha256(f"{cell['cell_type']}\n{source(cell)}".encode(errors="replace")).hexdigest()[:16]


def _successors(before: Sequence[Given], now: Sequence[Given]) -> dict[str, str]:
    """Give the id that each cell that was handed out has now; those that were removed have none.

    Where a cell was put in, those behind it have other ids: so the text counts first, then the exercise, then the id.
    """
    left = {cell.id: cell for cell in now}
    found: dict[str, str] = {}

    def match(cell: Given, other: Given | None) -> None:
        if other is not None:
            found[cell.id] = left.pop(other.id).id

    for cell in before:  # first those that are as they were
        match(cell, cell if left.get(cell.id) == cell else None)
    for alike in ("fingerprint", "exercise", "id"):
        for cell in before:
            if cell.id not in found and (wanted := getattr(cell, alike)):
                match(cell, next((other for other in left.values() if getattr(other, alike) == wanted), None))
    return found


class _Merge:
    """One merge.

    Attributes:
        handed_out: the fingerprints of the cells that the learner was given, by the ids that they have now.
        kept: the learner's versions of them, by the same.
        own: the learner's own cells, by the id of the course's cell that they follow; empty for those above all.

    """

    def __init__(self, before: Sequence[Given] | None, now: Sequence[Cell], mine: Sequence[Cell]) -> None:
        self._now, self._mine = now, mine
        became = {cell["id"]: cell["id"] for cell in now} if before is None else _successors(before, given(now))
        known = {cell.id: cell.fingerprint for cell in before or ()}
        self.handed_out = {became[name]: text for name, text in known.items() if name in became}
        self.kept: dict[str, Cell] = {}
        self.own: dict[str, list[Cell]] = {}
        self._taken = {cell["id"] for cell in now}
        above = ""
        for cell in mine:
            place = became.get(cell["id"]) or self._answered(cell)
            if place and place not in self.kept:
                self.kept[place], above = cell, place
            elif place or known.get(cell["id"]) != _fingerprint(cell):
                self.own.setdefault(above, []).append(self._named(cell, cell["id"]))

    def cells(self) -> Iterator[Cell]:
        """Give all cells, in their new order."""
        yield from self.own.get("", ())
        for cell in self._now:
            yield from self._version_of(cell)
            yield from self.own.get(cell["id"], ())

    def _version_of(self, cell: Cell) -> Iterator[Cell]:
        """Give what stands in the place of one of the course's cells: its version, the learner's, or both."""
        handed_out, kept = self.handed_out.get(cell["id"]), self.kept.get(cell["id"])
        if kept is None:
            if handed_out is None or exercise(cell):  # what the learner has deleted stays so, except an exercise
                yield cell
            return
        learners, course = _fingerprint(kept), _fingerprint(cell)
        if learners == handed_out != course:
            yield cell
            return
        yield kept | {"id": cell["id"]}  # with its outputs
        if course not in {learners, handed_out} and not exercise(cell):
            yield from self._correction_of(cell)

    def _correction_of(self, cell: Cell) -> Iterator[Cell]:
        """Give the course's version as a cell of its own, unless it was given before."""
        text = f"{NOTES.get(cell['cell_type'], NOTES['code'])}\n\n{source(cell)}"
        if not any(source(each) == text for each in self._mine):
            yield self._named(cell | {"source": text}, f"{cell['id']}-new")

    def _answered(self, cell: Cell) -> str:
        """Give the id of the exercise's cell that a cell answers which the learner has made anew; empty if none."""
        name = exercise(cell)
        return next((each["id"] for each in self._now if name and exercise(each) == name), "")

    def _named(self, cell: Cell, wanted: str) -> Cell:
        """Give a cell an id that no other has."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted[:_LONGEST]}-{number}"
        self._taken.add(name)
        return cell | {"id": name}
