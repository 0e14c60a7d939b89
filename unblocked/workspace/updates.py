"""Brings the course's corrections into a learner's copy of a notebook; what was there before lies beside it.

A copy knows what it was made of: its metadata has the fingerprints of the course's cells. JupyterLab keeps them.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unblocked.workspace import folder, merging
from unblocked.workspace.merging import Given

Notebook = dict[str, Any]
"""A notebook as nbformat 4 writes it down."""

_OURS = "unblocked"
"""The key of our metadata."""


def first(now: Notebook) -> str:
    """Give the text of a learner's first copy of a notebook of the course."""
    return _text(now, now["cells"], handed_out=now["cells"])


def update(copy: Path, now: Notebook) -> str:
    """Bring a copy up to date with the course's notebook as it is; say what was done, empty for nothing to tell.

    A copy that is no notebook any more is left as it is, and so is one whose cells have no ids.

    Raises:
        Fault: it cannot be written; the copy is as it was.

    """
    with _alone(copy.parent):
        try:
            mine = json.loads(copy.read_text(encoding="utf-8"))
        except (ValueError, OSError):
            return _unreadable(copy)
        if not _has_ids(now):
            return ""
        if not _has_ids(mine):
            return _unreadable(copy)
        before, current = _handed_out(mine), merging.given(now["cells"])
        if before == current:
            return ""
        cells = merging.merged(before, now["cells"], mine["cells"])
        touched, merged = merging.given(mine["cells"]), merging.given(cells)
        aside = None if touched in (before, merged) else _set_aside(copy)
        folder.write_atomically(copy, _text(mine, cells, handed_out=now["cells"]))
    if touched == merged:
        return ""
    kept = f" What you had is in `{aside.name}`, beside it." if aside else ""
    return f"`{copy.name}` has the course's corrections.{kept}"


def set_aside(copy: Path) -> Path:
    """Keep a copy of a copy beside it, as `NAME.1.ipynb`; give its path."""
    with _alone(copy.parent):
        return _set_aside(copy)


def _set_aside(copy: Path) -> Path:
    aside = next(p for n in range(1, 1_000_000) if not (p := copy.with_name(f"{copy.stem}.{n}.ipynb")).exists())
    folder.write_atomically(aside, copy.read_text(encoding="utf-8", errors="replace"))
    return aside


def _unreadable(copy: Path) -> str:
    return (
        f"`{copy.name}` is not a notebook that can be read, so it was left as it is. "
        f"`python3 -m unblocked reset {copy.stem}` gives a fresh one, and keeps yours beside it."
    )


def _has_ids(notebook: object) -> bool:
    """Say whether it has cells that can be told apart; nbformat before 4.5 gave them no ids."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    return isinstance(cells, list) and all(
        isinstance(each, dict) and isinstance(each.get("id"), str) and isinstance(each.get("cell_type"), str)
        for each in cells
    )


def _handed_out(mine: Notebook) -> list[Given] | None:
    try:
        return [Given(*map(str, each)) for each in mine["metadata"][_OURS]["given"]]
    except (KeyError, TypeError):
        return None


def _text(notebook: Notebook, cells: list[merging.Cell], *, handed_out: list[merging.Cell]) -> str:
    metadata = notebook.get("metadata", {})
    if all("id" in cell for cell in handed_out):
        metadata = metadata | {_OURS: {"given": [list(each) for each in merging.given(handed_out)]}}
    return json.dumps(notebook | {"cells": cells, "metadata": metadata}, ensure_ascii=False, indent=1) + "\n"


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Have nobody else update what is in a folder meanwhile."""
    lock = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
