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

_LOCK = ".updates.lock"


def first(now: Notebook) -> str:
    """Give the text of a learner's first copy of a notebook of the course."""
    return _text(now, now["cells"], handed_out=now["cells"])


def update(copy: Path, now: Notebook) -> str:
    """Bring a copy up to date with the course's notebook as it is; say what was done, empty for nothing to tell.

    A copy that is no notebook any more is left as it is, and so is one whose cells have no ids.

    Raises:
        Fault: it cannot be written, and is as it was.

    """
    mine = _read(copy)
    if mine is None:
        return _unreadable(copy)
    if not _has_ids(now) or _handed_out(mine) == merging.given(now["cells"]):
        return ""
    with _alone(copy):
        return _merge(copy, now)


def _merge(copy: Path, now: Notebook) -> str:
    mine = _read(copy)  # once more: somebody else may have updated it just now
    if mine is None or (before := _handed_out(mine)) == merging.given(now["cells"]):
        return ""
    cells = merging.merged(before, now["cells"], mine["cells"])
    had, has = merging.given(mine["cells"]), merging.given(cells)
    aside = None if had in (before, has) else _set_aside(copy)
    folder.write_atomically(copy, _text(mine, cells, handed_out=now["cells"]))
    if had == has:
        return ""
    kept = f" What you had is in `{aside.name}`, beside it." if aside else ""
    return f"`{copy.name}` has the course's corrections.{kept}"


def readable(copy: Path) -> bool:
    """Say whether a copy is a notebook that can be brought up to date."""
    return _read(copy) is not None


def _read(copy: Path) -> Notebook | None:
    """Read a copy; None if it is no notebook with cells that can be told apart."""
    try:
        found: Notebook = json.loads(copy.read_bytes())
    except (ValueError, OSError):
        return None
    return found if _has_ids(found) else None


def set_aside(copy: Path) -> Path:
    """Keep a copy of a copy beside it, as `NAME.1.ipynb`; give its path."""
    with _alone(copy):
        return _set_aside(copy)


def _set_aside(copy: Path) -> Path:
    aside = next(p for n in range(1, 1_000_000) if not (p := copy.with_name(f"{copy.stem}.{n}.ipynb")).exists())
    folder.write_atomically(aside, copy.read_bytes())
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
def _alone(copy: Path) -> Iterator[None]:
    """Have nobody else update the copies meanwhile; the system lets go of the lock even if this process is killed."""
    try:
        lock = os.open(copy.with_name(_LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)  # NFS wants it writable
    except OSError as error:
        raise folder.unsaved(copy, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
