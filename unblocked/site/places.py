"""Where things are on the site: what is generated, lessons, their sections and exercises."""

from __future__ import annotations

import re
from pathlib import Path

from markdown.extensions.toc import slugify  # type: ignore[import-untyped]  # mkdocs makes its anchors with it

from unblocked.exercises import Exercise
from unblocked.faults import unknown
from unblocked.lessons import blocks
from unblocked.lessons.source import Lesson, lessons

GENERATED = ("lessons", "labs", "reference", "teaching")
"""Folders below `docs/`: all in them is generated, and git ignores them."""


def anchor(heading: str) -> str:
    """Give the anchor that Markdown makes of a heading.

    >>> anchor("Why is `/health` dead while one customer waits?")
    'why-is-health-dead-while-one-customer-waits'
    """
    return str(slugify(re.sub(r"[`*]", "", heading), "-"))


def lesson(wanted: Lesson, *, above: str = "../") -> str:
    """Give the address of a lesson's page, for a page in a folder of the site's, or for one beside it (`above=""`)."""
    return f"{above}lessons/{wanted.path.name}"


def section(wanted: Lesson, heading: str, *, above: str = "../") -> str:
    """Give the address of a section.

    Raises:
        Fault: the lesson has no such heading; the nearest are in the message.

    """
    if heading not in (headings := sections(wanted)):
        raise unknown(f"heading in `lessons/{wanted.path.name}`", heading, headings)
    return f"{lesson(wanted, above=above)}#{anchor(heading)}"


def exercise(wanted: Lesson, asked: Exercise) -> str:
    """Give the address of an exercise in its lesson: its title is a heading there."""
    return f"{lesson(wanted)}#{anchor(title(asked))}"


def title(asked: Exercise) -> str:
    """Give an exercise's title.

    >>> title(Exercise.find("other_requests_keep_moving"))
    'Other requests keep moving'
    """
    return asked.task.partition("\n")[0].lstrip("# ").strip()


def sections(wanted: Lesson) -> list[str]:
    """Give a lesson's headings, in order."""
    texts = [block.text for block in wanted.blocks if block.kind == "text"]
    found = [re.match(r"#+ +(.+)", line) for text in texts for _, line in blocks.outside_fences(text)]
    return [heading[1].strip() for heading in found if heading]


def astray(text: str, course: Path) -> list[str]:
    """Give the links to lessons, of a page beside the folder of their pages, that lead to nothing."""
    known = {each.path.name: [anchor(heading) for heading in sections(each)] for each in lessons(course=course)}
    found = re.findall(r"\]\(lessons/(\w+\.md)(?:#([^)]+))?\)", text)
    return [f"{page}#{to}" for page, to in found if page not in known or (to and to not in known[page])]


def folders(course: Path, pattern: str) -> list[Path]:
    """Give the folders of a tree of the course that hold a file, sorted."""
    return sorted(path.parent for path in course.glob(pattern))
