"""The learner's answers: one file an exercise, written by its cell or in an editor, never overwritten unseen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from unblocked.workspace import folder, journal


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an answer was kept.

    Attributes:
        path: its file.
        aside: where what stood there before went, if it had been changed outside of the notebook.
        instead: whether the file was taken as it is, because the cell was still the starter.

    """

    path: Path
    aside: Path | None = None
    instead: bool = False


def place(lesson: str, name: str) -> Path:
    """Say where the answer to an exercise is: `workspace/answers/LESSON/NAME.py`."""
    return folder.workspace() / "answers" / lesson / f"{name}.py"


def keep(lesson: str, name: str, code: str) -> Kept:
    """Write an answer. A file that was changed in an editor since is not lost: it is kept beside, as `NAME.1.py`.

    Raises a `Fault` when it cannot be written; the old file stays.
    """
    path = place(lesson, name)
    aside = _set_aside(path, name) if path.exists() and _is_foreign(path, name, code) else None
    folder.write_atomically(path, code)
    journal.append({"kind": "answer", "exercise": name, "sha": _sha(code)})
    return Kept(path, aside)


def replace(lesson: str, name: str, code: str) -> Path | None:
    """Put the starter, or our solution, in the place of an answer.

    Returns:
        The path under which what was there is kept; None if nothing was, or the same.

    """
    path = place(lesson, name)
    had = path.exists() and path.read_text(encoding="utf-8", errors="replace") != code
    aside = _set_aside(path, name) if had else None
    folder.write_atomically(path, code)
    journal.append({"kind": "replaced", "exercise": name})
    return aside


def _is_foreign(path: Path, name: str, code: str) -> bool:
    """Whether the file differs both from the new code and from everything that a cell has written there."""
    found = path.read_text(encoding="utf-8", errors="replace")
    written = {e.get("sha") for e in journal.entries() if e.get("kind") == "answer" and e.get("exercise") == name}
    return found != code and _sha(found) not in written


def _set_aside(path: Path, name: str) -> Path:
    aside = next(p for n in range(1, 1_000_000) if not (p := path.with_name(f"{name}.{n}.py")).exists())
    folder.write_atomically(aside, path.read_bytes())
    return aside


def _sha(code: str) -> str:
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()[:16]
