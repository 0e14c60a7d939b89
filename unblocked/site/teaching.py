"""The pages for who teaches: schedules, the presenter's notes of each lesson, and its tasks for print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from unblocked.exercises import Exercise
from unblocked.lessons import blocks, minutes, source
from unblocked.lessons.blocks import Block
from unblocked.lessons.headings import fitted
from unblocked.lessons.source import Lesson
from unblocked.site import places, schedules

_HEADING = re.compile(r"##? +(.*?)\s*$")
_LINK = re.compile(r"\]\((?:\./)?(\d\d_\w+)\.md\b")
_PREDICT = re.compile(r"^> \*\*Predict\.\*\*.*(?:\n>.*)*", re.MULTILINE)
_BELIEFS = re.compile(r"<summary>What [^<]*believe")


@dataclass(slots=True)
class Section:
    """What stands under one heading: its predictions, what their choices believe, exercises, and the notes."""

    heading: str
    is_core: bool
    predictions: list[str] = field(default_factory=list)
    beliefs: list[str] = field(default_factory=list)
    exercises: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where the lesson's page has it."""
        return places.anchor(self.heading)


def pages(course: Path) -> dict[str, str]:
    """Give the pages, by their path below `docs/`."""
    made = {"teaching/schedules.md": schedules.page(course)}
    for lesson in source.lessons(course=course):
        made[f"teaching/notes/{lesson.slug}.md"] = notes(lesson, course=course)
        if lesson.exercises:
            made[f"teaching/handout/{lesson.slug}.md"] = handout(lesson, course=course)
    return made


def notes(lesson: Lesson, *, course: Path) -> str:
    """Write all notes of a lesson, under the headings that they belong to."""
    facts = f"**{lesson.minutes} minutes** for the core"
    beyond = minutes.more(lesson, course=course)
    lines = [
        f"# Presenter notes: {lesson.title}",
        "",
        f"*{lesson.question}* {facts}{f', {beyond} for what comes after it' if beyond else ''}. "
        f"[The lesson](../../lessons/{lesson.name}.md)"
        + (f" · [its tasks for print](../handout/{lesson.slug}.md)" if lesson.exercises else ""),
    ]
    told = [each for each in sections(lesson) if each.notes or each.predictions or each.beliefs or each.exercises]
    return "\n".join([*lines, *(line for each in told for line in _section(each, lesson, course))]) + "\n"


def sections(lesson: Lesson) -> list[Section]:
    """Divide a lesson at the headings of its sections; those below them divide nothing."""
    found: list[Section] = []
    for is_core, part in ((True, lesson.core), (False, lesson.more)):
        for block in part:
            if block.kind == "text":
                for heading, body in _divided(block.text):
                    found += [Section(heading, is_core=is_core)] if heading or not found else []
                    found[-1].predictions += _PREDICT.findall(body)
            elif found:
                _sort_in(found[-1], block)
    return found


def _divided(text: str) -> Iterator[tuple[str, str]]:
    """Give the text under each heading of a section; what comes before the first has an empty heading."""
    starts = {n: match[1] for n, line in blocks.outside_fences(text) if (match := _HEADING.match(line))}
    lines, heads = text.splitlines(), [(0, ""), *starts.items()]
    for (start, heading), (end, _) in pairwise([*heads, (len(lines), "")]):
        if start < end:
            yield heading, "\n".join(lines[start:end])


def _sort_in(section: Section, block: Block) -> None:
    match block.kind:
        case "presenter":
            section.notes.append(block.text)
        case "exercise":
            section.exercises.append(block.info)
        case "region" if _BELIEFS.search(block.text):
            section.beliefs.append(block.text)


def _section(section: Section, lesson: Lesson, course: Path) -> Iterator[str]:
    """Write a section: its notes first, since they are looked for."""
    more = "" if section.is_core else " (more)"
    yield from ["", f"## {section.heading}{more}", ""]
    exercises = [Exercise.of(lesson.slug, name, place=course) for name in section.exercises]
    tasks = [f"exercise `{each.name}`, {each.facts['minutes']} minutes" for each in exercises]
    yield " · ".join([f"[To this section](../../lessons/{lesson.name}.md#{section.anchor})", *tasks])
    for text in [*section.notes, *section.predictions, *section.beliefs]:
        yield from ["", _linked(text)]


def handout(lesson: Lesson, *, course: Path) -> str:
    """Write the tasks of a lesson for print, each on a page of its own; no hint and no solution is in it."""
    core = {block.info for block in lesson.core if block.kind == "exercise"}
    lines = [f"# Tasks: {lesson.title}"]
    for number, name in enumerate(lesson.exercises):
        exercise = Exercise.of(lesson.slug, name, place=course)
        part = "core" if name in core else "for those who stay"
        lines += ["", _on_a_new_page(fitted(exercise.task, below=1), first=number == 0), ""]
        lines += [f"*{exercise.facts['minutes']} minutes, {part}.* `python3 -m unblocked watch {name}`"]
    return _linked("\n".join(lines)) + "\n"


def _on_a_new_page(task: str, *, first: bool) -> str:
    """Let a printer begin a new page at the heading of a task, the first excepted."""
    heading, _, rest = task.partition("\n")
    return task if first else f'{heading} {{ style="break-before: page" }}\n{rest}'


def _linked(text: str) -> str:
    """Let links to other lessons lead to their pages."""
    return _LINK.sub(r"](../../lessons/\1.md", text)
