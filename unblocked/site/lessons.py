"""A page for each lesson: the text of its notebook, with all that its cells show when they are run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from unblocked.exercises import Exercise
from unblocked.lessons import blocks, cells, source
from unblocked.lessons.blocks import Block
from unblocked.lessons.source import Lesson
from unblocked.site import address, exercises, outputs, runs
from unblocked.site.callouts import boxed
from unblocked.site.drawings import FOLDER
from unblocked.site.outputs import Aside
from unblocked.site.runs import Shown

SHEET = "lessons/outputs.css"
"""What the outputs of all lessons share; each would bring its own copy."""

_HEADING = re.compile(r"(#{1,6}) +(.+)")
_TAGGED = re.compile(r"^(\s*(?:`{3,}|~{3,})\s*python) +(?:static|raises)\s*$", re.MULTILINE)
_DIAGRAM = '<script src="../assets/vendor/mermaid.min.js"></script>'

Run = Callable[..., Shown]


def pages(course: Path, *, run: Run = runs.of) -> dict[str, str]:
    """Return the page of each lesson, the drawings of its figures, and the style sheet of all, by path below `docs/`.

    Args:
        course: the folder of the course.
        run: gives what a lesson shows; the default runs what has changed since it was last run.

    """
    lessons = source.lessons(course=course)
    others = {lesson.slug: lesson for lesson in lessons}
    aside, home = Aside(), address.of(course)
    made = {}
    for lesson in lessons:
        page = _Page(lesson, run(lesson, others=others, course=course), aside, course, home)
        made[f"lessons/{lesson.name}.md"] = page.text(others)
    drawings = {f"lessons/{FOLDER}/{name}": script for name, script in aside.drawings.scripts.items()}
    return made | drawings | {SHEET: aside.sheets.text}


@dataclass(slots=True)
class _Page:
    """One page, written from the top; `section` and `level` are those of the last heading."""

    lesson: Lesson
    shown: Shown
    aside: Aside
    course: Path
    home: str
    section: str = ""
    level: int = 1
    cell: int = 0

    def text(self, others: dict[str, Lesson]) -> str:
        front = f"---\ntitle: {self.lesson.number:02} {self.lesson.title}\ndescription: {self.lesson.question}\n---"
        top = [front, *self._diagrams(), f"# {self._title()}", boxed(cells.box(self.lesson, others)), self._opened()]
        return outputs.joined([*top, *self._parts(), self._report()]) + "\n"

    def _title(self) -> str:
        first = next(line for block in self.lesson.blocks for line in block.lines if line.strip())
        return first.removeprefix("# ")

    def _diagrams(self) -> list[str]:
        """Give the script that draws diagrams, to the page that has one: it is large."""
        texts = "\n".join("\n".join(block.lines) for block in self.lesson.blocks)
        return [_DIAGRAM] if re.search(r"^```\s*mermaid", texts, re.MULTILINE) else []

    def _opened(self) -> str:
        """Say how to work in it: the command, and the notebook where it can be seen."""
        command = f"To work in it: `python3 -m unblocked start --lesson {self.lesson.slug}`"
        link = f"{self.home}/blob/main/notebooks/{self.lesson.name}.ipynb"
        return f"{command}, or [open the notebook]({link})." if self.home else f"{command}."

    def _parts(self) -> Iterator[str]:
        for block in self.lesson.blocks:
            match block.kind:
                case "text":
                    yield from self._sections(block)
                case "region":
                    yield _plain(block.text)
                case "presenter":
                    yield exercises.fold("presenter", "For presenters", block.text)
                case "code":
                    yield self._code(block)
                case "exercise":
                    yield self._exercise(block.info)

    def _sections(self, block: Block) -> Iterator[str]:
        """Give a text up to each heading; at the end of a section, its readers can report what is wrong in it."""
        outside, part = dict(blocks.outside_fences(block.text)), list[str]()
        for index, line in enumerate(block.lines):
            heading = _HEADING.match(outside.get(index, ""))
            if heading and len(heading[1]) <= 2:
                yield from [_written(part), self._report() if self.section else ""]
                part, self.section = [], heading[2]
            if heading:
                self.level = len(heading[1])
            if not (heading and self.level == 1):  # the title stands at the top already
                part.append(line)
        yield _written(part)

    def _code(self, block: Block) -> str:
        cell, self.cell = self.shown.cells[self.cell], self.cell + 1
        return outputs.joined([outputs.code(block.text), outputs.markdown(cell, self.aside, course=self.course)])

    def _exercise(self, name: str) -> str:
        found = Exercise.of(self.lesson.slug, name, place=self.course)
        return exercises.markdown(found, self.shown, self.aside, below=self.level, course=self.course)

    def _report(self) -> str:
        """Give the link under a section, where the course has an address."""
        if not self.home:
            return ""
        place = f"`lessons/{self.lesson.path.name}`, section “{self.section}”"
        asked = urlencode({"title": f"{self.lesson.name}: {self.section}", "body": f"In {place}:\n\n"})
        return f"[Report a problem with this section]({self.home}/issues/new?{asked}){{ .report }}"


def _written(lines: list[str]) -> str:
    return boxed(_plain("\n".join(lines)))


def _plain(text: str) -> str:
    """Take from fences what tells a code cell from Python that is only shown."""
    return _TAGGED.sub(r"\1", text)
