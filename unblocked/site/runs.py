"""The runs of the lessons' notebooks, kept by their content: what has not changed is not run again.

A page shows a lesson as a learner meets it: each exercise's cell runs first with its starter, which is refused, and
then with the solution, because later cells go on with the answer. One kernel runs both, so a lesson costs one run.
"""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from unblocked.faults import Fault
from unblocked.grading.verdict import MEDIA_TYPE
from unblocked.lessons import notebooks, running
from unblocked.lessons.source import Lesson
from unblocked.workspace import folder

log = logging.getLogger("unblocked.site")

_SECONDS = 900.0
"""For a notebook, on a busy machine too: it ends what hangs."""

_MAGIC = re.compile(r"%%exercise (\w+)")


@dataclass(frozen=True, slots=True)
class Shown:
    """The code cells of a lesson with what they show.

    Attributes:
        cells: those of the text, in order.
        starters: by exercise, the cell as the learner finds it.
        solutions: by exercise, the cell with our solution.

    """

    cells: tuple[NotebookNode, ...]
    starters: Mapping[str, NotebookNode]
    solutions: Mapping[str, NotebookNode]


Runner = Callable[[NotebookNode, str], NotebookNode]
"""What runs a notebook of this name and gives it with its outputs."""


def of(lesson: Lesson, *, others: dict[str, Lesson], course: Path) -> Shown:
    """Give what a lesson shows when it is run: kept from an earlier run, or run now.

    Args:
        lesson: the lesson.
        others: all lessons by slug.
        course: the folder that has `labs/`, `exercises/` and `solutions/`.

    Raises a `Fault` for a notebook that cannot be run, a starter that passes or a solution that is refused.

    """
    return sort(kept(lesson, others=others, course=course) or _anew(lesson, others=others, course=course))


def kept(lesson: Lesson, *, others: dict[str, Lesson], course: Path) -> NotebookNode | None:
    """Give the run that was kept of a lesson as it is now; None if there is none, or it cannot be read."""
    try:
        digest, _, text = _place(lesson, others, course).read_text(encoding="utf-8").partition("\n")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return None
    whole: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    return whole


def forget(course: Path) -> None:
    """Remove all runs that were kept."""
    shutil.rmtree(_folder(course), ignore_errors=True)


def script(lesson: Lesson, *, others: dict[str, Lesson], course: Path) -> NotebookNode:
    """Make the notebook that is run for a page: after each exercise's cell, one more with the solution."""
    built = notebooks.notebook(lesson, others=others, course=course)
    solved = copy.deepcopy(built)
    running.inject(solved, lesson.slug, course=course)
    cells = []
    for cell, answer in zip(built.cells, solved.cells, strict=True):
        cells.append(cell)
        if answer.source != cell.source:
            cells.append(nbformat.from_dict(answer | {"id": f"{cell.id}s"}))  # type: ignore[no-untyped-call]
    built.cells = cells
    return built


def sort(run: NotebookNode) -> Shown:
    """Tell the cells of the text from the exercises'."""
    code = [cell for cell in run.cells if cell.cell_type == "code"]
    answers = [(match[1], cell) for cell in code if (match := _MAGIC.match(cell.source))]
    starters: dict[str, NotebookNode] = {}
    for name, cell in answers:
        starters.setdefault(name, cell)
    return Shown(tuple(cell for cell in code if not _MAGIC.match(cell.source)), starters, dict(answers))


def verdict(cell: NotebookNode) -> dict[str, Any] | None:
    """Give the verdict that an exercise's cell shows, as data."""
    shown = [each.data[MEDIA_TYPE] for each in cell.outputs if MEDIA_TYPE in each.get("data", {})]
    return shown[-1] if shown else None


def _anew(lesson: Lesson, *, others: dict[str, Lesson], course: Path) -> NotebookNode:
    """Run a lesson, see that its exercises were judged rightly, and keep the run."""
    log.info("runs %s: its code is new, or what it uses", lesson.name)
    place = _place(lesson, others, course)  # before: what changes meanwhile is not in this run
    with tempfile.TemporaryDirectory(prefix="unblocked-") as private:
        path = Path(private) / f"{lesson.name}.ipynb"
        nbformat.write(script(lesson, others=others, course=course), path)  # type: ignore[no-untyped-call]
        run = running.run(path, course=course, seconds=_SECONDS).notebook
    _see_that_verdicts_are_right(sort(run))
    text = json.dumps(run, ensure_ascii=False, indent=1)
    for old in place.parent.glob(f"{lesson.name}.*"):
        old.unlink()
    folder.write_atomically(place, f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}")
    return run


def _see_that_verdicts_are_right(shown: Shown) -> None:
    for cells, passes, what in ((shown.starters, False, "starter"), (shown.solutions, True, "solution")):
        for name, cell in cells.items():
            found = verdict(cell)
            if found is None or found["passed"] is not passes:
                how = "has no verdict" if found is None else "is refused" if passes else "passes"
                mend = f"`python3 -m unblocked test -k {name}` says more."
                raise Fault(f"The {what} of `{name}` {how}, so the page would show what is not so. {mend}")


def _place(lesson: Lesson, others: dict[str, Lesson], course: Path) -> Path:
    return _folder(course) / f"{lesson.name}.{_key(lesson, others, course)}"


def _folder(course: Path) -> Path:
    return course / ".cache" / "site"


def _key(lesson: Lesson, others: dict[str, Lesson], course: Path) -> str:
    """Name all that a run depends on: the code, and the files that it uses. Prose is not in it."""
    code = [cell for cell in script(lesson, others=others, course=course).cells if cell.cell_type == "code"]
    key = hashlib.sha256(sys.version.encode())
    for cell in code:
        key.update(json.dumps([cell.source, cell.metadata.get("tags", [])]).encode())
    for path in sorted(_used(lesson, "\n".join(cell.source for cell in code), course)):
        key.update(f"\0{path.relative_to(course)}\0".encode() + path.read_bytes())
    return key.hexdigest()[:20]


def _used(lesson: Lesson, code: str, course: Path) -> Iterator[Path]:
    """Give the files that a run depends on: tools, labs, checks, and the versions of what is installed."""
    words = {lesson.slug, *re.findall(r"\w+", code)}
    exercises = [course / "exercises" / lesson.slug / name for name in lesson.exercises]
    labs = [path for path in course.glob("labs/*") if path.is_dir() and path.name in words]
    for place in (course / "unblocked", *labs, *exercises):
        yield from (path for path in place.rglob("*") if path.is_file() and not _is_apart(path.relative_to(place)))
    yield from course.glob("labs/*.py")
    yield from course.glob("requirements.txt")


def _is_apart(path: Path) -> bool:
    """Whether no run can depend on a file: this room, which nothing imports, kept answers, and what is asked."""
    return path.name == "task.md" or bool({"__pycache__", "site", "wrong", "also_right"} & set(path.parts[:-1]))
