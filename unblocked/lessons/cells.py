"""The cells of a lesson's notebook: the lesson's Markdown, made ready for jupytext, and what jupytext makes of it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import jupytext  # type: ignore[import-untyped]
import nbformat
from nbformat import NotebookNode

from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.lessons import blocks
from unblocked.lessons.blocks import Block
from unblocked.lessons.headings import fitted
from unblocked.lessons.source import Lesson

# Every heading begins a cell, so that corrections to one section do not touch its neighbours.
_FORMAT = {"extension": ".md", "split_at_heading": True}

# What stands for a piece of Markdown while jupytext reads the rest: it would make cells of fences such as `bash`.
_STAND_IN = "<!-- stands for {} -->"
_STANDING_IN = re.compile(r"^<!-- stands for (\d+|task \w+) -->$", re.MULTILINE)

# An id has at most 64 characters, and a counter at its end.
_LONGEST = 56

_HEADING = re.compile(r"(#{1,6}) +(.+)")
_LESSON_LINK = re.compile(r"(\]\((?:\./)?\d\d_\w+)\.md\b")
_TAGGED_PYTHON = re.compile(r"^(\s*(?:`{3,}|~{3,})\s*python) +(?:static|raises)\s*$", re.MULTILINE)


def of(lesson: Lesson, *, others: Mapping[str, Lesson], course: Path | None = None) -> list[NotebookNode]:
    """Return the cells of a lesson's notebook, each with its id, without outputs.

    Args:
        lesson: the lesson.
        others: all lessons by slug; those that it needs are linked to by their titles.
        course: the folder that has `exercises/`; without it, this course.

    Raises a `Fault` for an exercise or a needed lesson that does not exist.

    """
    included = {name: Exercise.of(lesson.slug, name, place=course) for name in lesson.exercises}
    pieces: dict[str, str] = {}
    text = _with_box("\n".join(_readied(lesson.blocks, pieces)), box(lesson, others))
    _fit_tasks(lesson, included, pieces)
    cells = jupytext.reads(text, fmt=_FORMAT).cells
    return _finished(cells, included, pieces)


def box(lesson: Lesson, others: Mapping[str, Lesson]) -> str:
    """Return the block quote under a lesson's title: what it gives, needs, takes and leaves out."""
    aims = "\n".join(f"> - {aim}" for aim in lesson.you_will)
    needs = ", ".join(_link(lesson, slug, others) for slug in lesson.needs) or "no other lesson"
    lines = ["> **You will be able to**", aims, f"> **You need** {needs}.", f"> **Time:** {lesson.minutes} minutes."]
    if left_out := lesson.left_out.strip().rstrip("."):
        lines.append(f"> **Left out:** {left_out}.")
    return "\n>\n".join(lines)


def _link(lesson: Lesson, slug: str, others: Mapping[str, Lesson]) -> str:
    if slug not in others:
        raise Fault(f"`lessons/{lesson.path.name}` needs `{slug}`, and no lesson has that slug.")
    return f"[{others[slug].title}]({others[slug].name}.md)"


def _readied(parts: Iterable[Block], pieces: dict[str, str]) -> Iterable[str]:
    """Give the Markdown that jupytext is to read; what it is not to read goes into `pieces`."""
    for block in parts:
        if block.kind == "text":
            yield from _without_fences(block, pieces)
        elif block.kind == "code":
            tags = blocks.CODE[block.info]
            options = " tags=[{}]".format(", ".join(f'"{tag}"' for tag in tags)) if tags else ""
            yield f"\n```python{options}\n{block.text}\n```\n"
        elif block.kind == "region":
            yield from ["", *block.lines, ""]
        elif block.kind == "exercise":
            task = _STAND_IN.format(f"task {block.info}")
            yield f"\n<!-- #region -->\n{task}\n<!-- #endregion -->\n\n```python\n%%exercise {block.info}\n```\n"


def _without_fences(block: Block, pieces: dict[str, str]) -> Iterable[str]:
    """Give the lines of a text, each fence replaced by one line that stands for it."""
    outside = {index for index, _ in blocks.outside_fences(block.text)}
    fence: list[str] = []
    for index, line in enumerate([*block.lines, ""]):
        if index < len(block.lines) and index not in outside:
            fence.append(line)
            continue
        if fence:
            key = str(len(pieces))
            pieces[key] = "\n".join(fence)
            yield _STAND_IN.format(key)
            fence = []
        yield line


def _with_box(text: str, box: str) -> str:
    """Put the box under the title, which is the first line that says anything."""
    title, _, rest = text.lstrip("\n").partition("\n")
    return f"{title}\n\n{box}\n{rest}" if _HEADING.match(title) else f"{box}\n\n{text}"


def _fit_tasks(lesson: Lesson, included: Mapping[str, Exercise], pieces: dict[str, str]) -> None:
    """Add the tasks to `pieces`, each with headings that fit below those of its section."""
    level = 1
    for block in lesson.blocks:
        if block.kind == "text":
            headings = (_HEADING.match(line) for _, line in blocks.outside_fences(block.text))
            level = [level, *(len(heading[1]) for heading in headings if heading)][-1]
        elif block.kind == "exercise":
            pieces[f"task {block.info}"] = fitted(included[block.info].task, below=level)


def _finished(
    cells: Iterable[NotebookNode], included: Mapping[str, Exercise], pieces: Mapping[str, str]
) -> list[NotebookNode]:
    """Return cells with ids, with what was stood in for, and without what is only jupytext's."""
    section, counts, finished = "lesson", Counter[str](), []
    for cell in cells:
        home = _home(cell.source)
        if cell.cell_type == "markdown":
            section = _slug(cell.source, section)
            cell.source = _restored(cell.source, pieces)
        elif home:
            cell.source = f"{cell.source}\n{included[home].starter.strip(chr(10))}"
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})  # type: ignore[no-untyped-call]
        if cell.source:
            group = home[:_LONGEST] or section
            counts[group] += 1
            cell.id = f"{group}-{counts[group]}"
            finished.append(cell)
    return finished


def _home(source: str) -> str:
    """Return the exercise that a cell belongs to, if it does: its cells keep their ids when others come before them."""
    match = re.fullmatch(r"(?:%%exercise|<!-- stands for task) (\w+)(?: -->)?", source)
    return match[1] if match else ""


def _restored(source: str, pieces: Mapping[str, str]) -> str:
    whole = _STANDING_IN.sub(lambda match: pieces[match[1]], source)
    return _LESSON_LINK.sub(r"\1.ipynb", _TAGGED_PYTHON.sub(r"\1", whole)).strip("\n")


def _slug(source: str, section: str) -> str:
    """Return the slug of the section that a cell begins, or the one that goes on."""
    heading = _HEADING.match(source)
    if not heading:
        return section
    plain = unicodedata.normalize("NFKD", heading[2]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].rstrip("-") or "section"
