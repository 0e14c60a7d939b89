"""The notebooks in `notebooks/`, built from the lessons; the same lessons give the same bytes."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from unblocked.lessons import cells, source
from unblocked.lessons.source import Lesson
from unblocked.workspace import folder

_METADATA = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}


def build(check: bool = False, *, course: Path | None = None) -> list[Path]:  # noqa: FBT001, FBT002
    """Build the notebooks of all lessons; return those that were out of date.

    A notebook whose lesson is gone is out of date as well, and is removed.

    Args:
        check: write nothing, only return what is out of date.
        course: the folder that has `lessons/`; without it, this course.

    Raises a `Fault` for a lesson that is not right; no notebook has been touched then.

    >>> build()  # doctest: +SKIP
    [PosixPath('notebooks/02_routes.ipynb')]

    """
    wanted = texts(course=course)
    there = sorted(_place(course).glob("[0-9][0-9]_*.ipynb"))
    stale = [path for path, text in wanted.items() if path not in there or path.read_bytes() != text.encode()]
    gone = [path for path in there if path not in wanted]
    if not check:
        for path in stale:
            folder.write_atomically(path, wanted[path])
        for path in gone:
            path.unlink()
    return stale + gone


def texts(*, course: Path | None = None) -> dict[Path, str]:
    """Return what every notebook of the course is to contain, by its path, in the order of the course."""
    lessons = source.lessons(course=course)
    others = {lesson.slug: lesson for lesson in lessons}
    built = {each.name: notebook(each, others=others, course=course) for each in lessons}
    return {_place(course) / f"{name}.ipynb": _text(each) for name, each in built.items()}


def notebook(lesson: Lesson, *, others: dict[str, Lesson], course: Path | None = None) -> NotebookNode:
    """Return one lesson's notebook, without outputs, valid as nbformat 4.5. `others` are all lessons by slug."""
    built: NotebookNode = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "cells": cells.of(lesson, others=others, course=course),
            "metadata": _METADATA,
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    nbformat.validate(built)
    return built


def _text(built: NotebookNode) -> str:
    text: str = nbformat.writes(built, version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def _place(course: Path | None) -> Path:
    return (course or folder.course()) / "notebooks"
