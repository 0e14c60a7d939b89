"""The learner's copies of the notebooks: made when they are missing, and brought up to date with the course."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unblocked import faults
from unblocked.course import slug_of
from unblocked.workspace import folder, updates


def prepare(*, course: Path | None = None, tell: Callable[[str], object] = lambda _: None) -> list[Path]:
    """Make the learner's copies of all notebooks that have none yet, and bring the others up to date.

    Args:
        course: the folder that has `notebooks/`; without it, this course.
        tell: is called with a sentence for each copy that was changed, or that cannot be.

    Returns:
        All copies, in the order of the course.

    Raises a `Fault` for a notebook of the course that cannot be read, after the others have been copied.

    >>> prepare()  # doctest: +SKIP
    [PosixPath('workspace/notebooks/00_start_here.ipynb'), PosixPath('workspace/notebooks/01_async_basics.ipynb')]

    """
    copies, broken = [], []
    committed = _committed(course)
    known = {notebook.name for notebook in committed}
    for notebook in committed:
        try:
            copies.append(_copy(notebook, known=known, tell=tell))
        except NotANotebook as fault:
            broken.append(fault)
    if broken:
        raise broken[0]
    return copies


def copy_of(lesson: str | int, *, course: Path | None = None) -> Path:
    """Return the learner's copy of one lesson's notebook, made if it is missing.

    Args:
        lesson: its slug, its number, or both: `"routes"`, `2`, `"2"`, `"02_routes"`.
        course: the folder that has `notebooks/`; without it, this course.

    Raises a `Fault` for a lesson that does not exist.

    """
    committed = _committed(course)
    return _copy(_found(lesson, committed), known={each.name for each in committed})


def reset(lesson: str | int, *, course: Path | None = None) -> tuple[Path, Path | None]:
    """Begin a lesson's notebook anew.

    Args:
        lesson: as for `copy_of`.
        course: the folder that has `notebooks/`; without it, this course.

    Returns:
        The fresh copy, and where what was there before is kept; None if nothing was there.

    Raises a `Fault` for a lesson that does not exist.

    """
    notebook = _found(lesson, _committed(course))
    copy = folder.workspace() / "notebooks" / notebook.name
    fresh = updates.first(_content(notebook))
    aside = updates.set_aside(copy) if copy.exists() else None
    folder.write_atomically(copy, fresh)
    return copy, aside


def names(*, course: Path | None = None) -> list[str]:
    """Give all that a lesson with a notebook can be called: its slug, its number, both."""
    return [name for notebook in _committed(course) for name in _names(notebook)]


def _names(notebook: Path) -> tuple[str, ...]:
    number, _, slug = notebook.stem.partition("_")
    return slug, notebook.stem, number, number.lstrip("0") or "0"


def _found(lesson: str | int, committed: list[Path]) -> Path:
    asked = str(lesson).strip().removesuffix(".ipynb")
    for notebook in committed:
        if asked in _names(notebook):
            return notebook
    if not committed:
        raise faults.Fault("This course has no notebooks yet. `python3 -m unblocked build` makes them from `lessons/`.")
    raise faults.unknown("lesson", asked, [slug_of(notebook.stem) for notebook in committed])


class NotANotebook(faults.Fault):
    """A file of the course that should be a notebook and is none: half a merge, mostly."""

    def __init__(self, notebook: Path, why: str) -> None:
        name = f"notebooks/{notebook.name}"
        mend = f"`git checkout {name}` brings it back, `python3 -m unblocked build` makes it anew."
        super().__init__(f"`{name}` is not a notebook: {why}. {mend} Your own copies are untouched.")


def _committed(course: Path | None) -> list[Path]:
    return sorted((course or folder.course()).glob("notebooks/[0-9][0-9]_*.ipynb"))


def _copy(notebook: Path, *, known: set[str], tell: Callable[[str], object] = lambda _: None) -> Path:
    """Return the learner's copy. A notebook of the course that is broken does not matter to one that exists."""
    copy = folder.workspace() / "notebooks" / notebook.name
    if not copy.exists() and (former := _former(copy, known)) is not None:
        os.replace(former, copy)  # noqa: PTH105  # as in `folder`
        tell(f"`{former.name}` is `{copy.name}` now, as in the course.")
    if not copy.exists():
        folder.write_atomically(copy, updates.first(_content(notebook)))
        return copy
    try:
        now = _content(notebook)
    except NotANotebook:
        return copy
    if told := updates.update(copy, now):
        tell(told)
    return copy


def _former(copy: Path, known: set[str]) -> Path | None:
    """Find the copy of a lesson under the number that it had before."""
    slug = slug_of(copy.stem)
    return next((p for p in copy.parent.glob(f"[0-9][0-9]_{slug}.ipynb") if p.name not in known), None)


def _content(notebook: Path) -> dict[str, Any]:
    """Return what is in a notebook of the course, after a look whether JupyterLab could open it."""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise NotANotebook(notebook, f"it is not JSON (line {error.lineno}: {error.msg})") from error
    except UnicodeDecodeError as error:
        raise NotANotebook(notebook, "it is not text in UTF-8") from error
    except OSError as error:
        raise NotANotebook(notebook, f"it cannot be read ({error.strerror})") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise NotANotebook(notebook, "it has no cells")
    return content
