"""The text of a lesson, `lessons/NN_slug.md`: its front matter, its body, the exercises that it includes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from unblocked import faults, front_matter
from unblocked.course import slug_of
from unblocked.faults import Fault
from unblocked.lessons import blocks
from unblocked.lessons.blocks import Block
from unblocked.workspace import folder

_NAME = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)")

MORE = "## More, for those who stay"
"""The heading that ends a lesson's core: what comes after it, no later lesson needs."""

RECAP = "## What did we see?"
"""The heading under which a lesson sums up; it belongs to the core, wherever it stands."""

_KEYS: dict[str, tuple[type, str]] = {
    "title": (str, "a few words"),
    "question": (str, "the question that the lesson answers"),
    "you will": (list, "a list of things that can be tested"),
    "needs": (list, "a list of lessons' slugs, `[]` for none"),
    "minutes": (int, "a whole number, for the core"),
    "left out": (str, 'what the lesson leaves out, `""` for nothing'),
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as its author wrote it. `needs` are slugs of other lessons, `minutes` those of the core."""

    path: Path
    number: int
    slug: str
    title: str
    question: str
    you_will: tuple[str, ...]
    needs: tuple[str, ...]
    minutes: int
    left_out: str
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        """The name that its notebook has as well: `02_routes`."""
        return self.path.stem

    @property
    def core(self) -> tuple[Block, ...]:
        """What everybody does: all up to the heading `MORE`, and the recap."""
        return tuple(block for block, is_core in self._sorted() if is_core)

    @property
    def more(self) -> tuple[Block, ...]:
        """What comes after the core, for those who stay."""
        return tuple(block for block, is_core in self._sorted() if not is_core)

    def _sorted(self) -> Iterator[tuple[Block, bool]]:
        """Tell the blocks of the core; a block of text that has one of the two headings in it is divided there."""
        is_core = True
        for block in self.blocks:
            for part in _divided(block):
                first = part.lines[0] if part.lines else ""
                is_core = first == RECAP or (is_core and first != MORE)
                yield part, is_core

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of its exercises, in order."""
        return tuple(block.info for block in self.blocks if block.kind == "exercise")


def lessons(*, course: Path | None = None) -> list[Lesson]:
    """Return all lessons of the course in order; a `Fault` names the first file that is not right.

    >>> [lesson.slug for lesson in lessons()]  # doctest: +SKIP
    ['start_here', 'async_basics', 'routes']
    """
    return [read(path) for path in paths(course=course)]


def paths(*, course: Path | None = None) -> list[Path]:
    """Return the files of all lessons, in order."""
    return sorted((course or folder.course()).glob("lessons/*.md"))


def lesson(asked: str | int, *, course: Path | None = None) -> Lesson:
    """Return one lesson by its slug, its number or both; a `Fault` suggests the nearest.

    >>> lesson("routes").name, lesson(2).name  # doctest: +SKIP
    ('02_routes', '02_routes')
    """
    names = {path.stem: path for path in paths(course=course)}
    for name, path in names.items():
        number, _, slug = name.partition("_")
        if str(asked) in {name, slug, number, number.lstrip("0") or "0"}:
            return read(path)
    if not names:
        raise Fault("There are no lessons in `lessons/` yet.")
    raise faults.unknown("lesson", str(asked), [slug_of(name) for name in names])


def read(path: Path) -> Lesson:
    """Read one lesson; a `Fault` names the file and what is missing or wrong in it."""
    name = f"lessons/{path.name}"
    parts = _NAME.fullmatch(path.stem)
    if not parts:
        raise Fault(f"`{name}` is not called like a lesson: two digits, `_`, and a slug, such as `02_routes.md`.")
    front, body, first_line = front_matter.split(path.read_text(encoding="utf-8"), name=name)
    _see_that_all_is_there(front, name)
    return Lesson(
        path=path,
        number=int(parts[1]),
        slug=parts[2],
        title=front["title"],
        question=front["question"],
        you_will=tuple(str(each) for each in front["you will"]),
        needs=tuple(str(each) for each in front["needs"]),
        minutes=front["minutes"],
        left_out=front["left out"],
        blocks=tuple(blocks.split(body, name=name, first_line=first_line)),
    )


def _divided(block: Block) -> Iterator[Block]:
    """Divide a text before the headings that begin and end what is not core."""
    at = [n for n, line in enumerate(block.lines) if block.kind == "text" and line in {MORE, RECAP}]
    for start, end in pairwise([0, *at, len(block.lines)]):
        if start < end:
            yield replace(block, lines=block.lines[start:end], line=block.line + start)


def _see_that_all_is_there(front: dict[str, Any], name: str) -> None:
    """Raise one `Fault` that names every key that is missing, unknown, or of the wrong kind."""
    wrong = [f"`{key}` is missing ({what})" for key, (_, what) in _KEYS.items() if key not in front]
    wrong += [f"`{key}` is to be {what}" for key, (_, what) in _KEYS.items() if key in front and not _fits(key, front)]
    wrong += [f"`{key}` means nothing here" for key in front if key not in _KEYS]
    if wrong:
        raise Fault(f"`{name}`, front matter: {'; '.join(wrong)}.")


def _fits(key: str, front: dict[str, Any]) -> bool:
    value = front[key]
    if type(value) is not _KEYS[key][0]:
        return False
    if type(value) is list:
        return all(isinstance(each, str) for each in value) and (bool(value) or key == "needs")
    return value > 0 if type(value) is int else bool(str(value).strip()) or key == "left out"
