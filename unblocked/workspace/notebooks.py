"""The learner's copies of the notebooks: made when they are missing, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

from unblocked import faults
from unblocked.workspace import folder


def prepare(*, course: Path | None = None) -> list[Path]:
    """Make the learner's copies of all notebooks that have none yet, and return all copies in the order of the course.

    Args:
        course: the folder that has `notebooks/`; without it, this course.

    Raises a `Fault` for a notebook of the course that cannot be read, after the others have been copied.

    >>> prepare()  # doctest: +SKIP
    [PosixPath('workspace/notebooks/00_start_here.ipynb'), PosixPath('workspace/notebooks/01_async_basics.ipynb')]

    """
    copies, broken = [], []
    for notebook in _committed(course):
        try:
            copies.append(_copy(notebook))
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
    asked = str(lesson).strip().removesuffix(".ipynb")
    for notebook in committed:
        number, _, slug = notebook.stem.partition("_")
        if asked in {slug, notebook.stem, number, number.lstrip("0") or "0"}:
            return _copy(notebook)
    if not committed:
        raise faults.Fault("This course has no notebooks yet. `python3 -m unblocked build` makes them from `lessons/`.")
    raise faults.unknown("lesson", asked, [notebook.stem.partition("_")[2] for notebook in committed])


class NotANotebook(faults.Fault):
    """A file of the course that should be a notebook and is none: half a merge, mostly."""

    def __init__(self, notebook: Path, why: str) -> None:
        name = f"notebooks/{notebook.name}"
        mend = f"`git checkout {name}` brings it back, `python3 -m unblocked build` makes it anew."
        super().__init__(f"`{name}` is not a notebook: {why}. {mend} Your own copies are untouched.")


def _committed(course: Path | None) -> list[Path]:
    return sorted((course or folder.course()).glob("notebooks/[0-9][0-9]_*.ipynb"))


def _copy(notebook: Path) -> Path:
    """Return the learner's copy; one that exists is the learner's, whatever is in it."""
    copy = folder.workspace() / "notebooks" / notebook.name
    if not copy.exists():
        folder.write_atomically(copy, _text(notebook))
    return copy


def _text(notebook: Path) -> str:
    """Return what is in a notebook of the course, after a look whether JupyterLab could open it."""
    try:
        text = notebook.read_text(encoding="utf-8")
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotANotebook(notebook, f"it is not JSON (line {error.lineno}: {error.msg})") from error
    except UnicodeDecodeError as error:
        raise NotANotebook(notebook, "it is not text in UTF-8") from error
    except OSError as error:
        raise NotANotebook(notebook, f"it cannot be read ({error.strerror})") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise NotANotebook(notebook, "it has no cells")
    return text
