"""An exercise as a lesson sees it: the task that it sets and the code to start from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from unblocked import faults
from unblocked.faults import Fault
from unblocked.lessons import blocks
from unblocked.lessons.source import front_matter
from unblocked.workspace import folder


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise's name, its task in Markdown (without front matter), its starter, its folder."""

    name: str
    task: str
    starter: str
    folder: Path


def exercise(slug: str, name: str, *, course: Path | None = None) -> Exercise:
    """Return the exercise `exercises/SLUG/NAME`.

    Raises a `Fault` for one that does not exist, with the nearest, and for one that lacks a file.

    >>> exercise("routes", "other_requests_keep_moving").starter  # doctest: +SKIP
    'from fastapi import FastAPI…'
    """
    here = (course or folder.course()) / "exercises" / slug
    if not (here / name).is_dir():
        raise _unknown(slug, name, here)
    task = _text(here / name / "task.md")
    _, body, _ = front_matter(task, name=f"exercises/{slug}/{name}/task.md")
    return Exercise(name, body.strip("\n"), _text(here / name / "starter.py").strip("\n"), here / name)


def fitted(task: str, *, below: int) -> str:
    """Return a task with its headings moved so that its highest stands one level under a heading of level `below`.

    >>> fitted("# Other customers keep moving", below=2)
    '### Other customers keep moving'
    """
    headings = {index: match for index, line in blocks.outside_fences(task) if (match := re.match(r"(#{1,6}) ", line))}
    if not headings:
        return task
    shift = below + 1 - min(len(match[1]) for match in headings.values())
    lines = task.splitlines()
    for index, match in headings.items():
        level = min(6, max(1, len(match[1]) + shift))
        lines[index] = "#" * level + lines[index][len(match[1]) :]
    return "\n".join(lines)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        where = "/".join(path.parts[-4:-1])
        raise Fault(f"`{where}` has no `{path.name}`; every exercise needs one.") from None


def _unknown(slug: str, name: str, here: Path) -> Fault:
    names = [each.name for each in here.iterdir() if each.is_dir()] if here.is_dir() else []
    if names:
        return faults.unknown(f"exercise in `exercises/{slug}/`", name, names)
    return Fault(f"There is no exercise `{name}`: `exercises/{slug}/` has none.")
