"""The rules of a lesson that a machine can see to; each gives sentences about what breaks it, with the file's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from unblocked.exercises import Exercise
from unblocked.faults import Fault
from unblocked.lessons import blocks, minutes, source
from unblocked.lessons.source import Lesson

LONGEST_CELL = 25
LONGEST_STARTERS = {"app": 65, "report": 90, "queue": 90}
"""Lines of an app to be mended, lifespan and dependencies included; of one with a fault to find, or with tasks."""

MOST_CALLOUTS = 4
MOST_MINUTES = 75
LONGEST_CALLOUT = 60

_CALLOUT = re.compile(r"^> \*\*(Careful|In production)\.\*\*((?:.*\n?)(?:^>.*\n?)*)", re.MULTILINE)
_FOLD = re.compile(r"<details[^>]*>\s*<summary>\s*(Under the hood).*?</summary>(.*?)</details>", re.DOTALL)
_LINK = re.compile(r"\]\((?:\./)?(\d\d_\w+)\.md\b")


def complaints(*, course: Path | None = None) -> list[str]:
    """Return what breaks a rule in any lesson of the course; an empty list is what a test wants.

    >>> complaints()
    []
    """
    found: list[str] = []
    lessons: list[Lesson] = []
    for path in source.paths(course=course):
        try:
            lessons.append(source.read(path))
        except Fault as fault:
            found.append(fault.message)
    for each in lessons:
        missing = cells(each, course=course)
        found += [*headings(each), *callouts(each), *missing, *needs(each, lessons)]
        found += [] if missing else time(each, course=course)
    return found + repeated(lessons)


def headings(lesson: Lesson) -> list[str]:
    """A title first and once, no level left out, no heading twice, each after an empty line."""
    found: list[tuple[int, str]] = []
    wrong = []
    for block in lesson.blocks:
        lines = dict(blocks.outside_fences(block.text)) if block.kind == "text" else {}
        for index, line in lines.items():
            if match := re.match(r"(#{1,6}) +(.+)", line):
                found.append((len(match[1]), match[2].strip()))
                if index and block.lines[index - 1].strip():
                    wrong.append(f"`{line}` needs an empty line before it")
    levels, names = [level for level, _ in found], [name for _, name in found]
    if not _begins_with_a_title(lesson) or levels.count(1) != 1:
        wrong.append("the text begins with its title, `# …`, and has one only")
    wrong += [f"`{name}` leaves out a level" for (before, _), (level, name) in pairwise(found) if level > before + 1]
    wrong += [f"the heading `{name}` stands there twice" for name, count in Counter(names).items() if count > 1]
    return _named(lesson, wrong)


def callouts(lesson: Lesson) -> list[str]:
    """At most four callouts ("Careful", "In production", the fold "Under the hood"), of at most 60 words."""
    texts = ["\n".join(block.lines) for block in lesson.blocks if block.kind in {"text", "region"}]
    found = [match for text in texts for pattern in (_CALLOUT, _FOLD) for match in pattern.finditer(text)]
    wrong = [f"{len(found)} callouts, at most {MOST_CALLOUTS}"] if len(found) > MOST_CALLOUTS else []
    for callout in found:
        if (words := minutes.words(callout[2])) > LONGEST_CALLOUT:
            start = " ".join(callout[2].replace(">", " ").split()[:5])
            wrong.append(f"the callout “{callout[1]}: {start} …” has {words} words, at most {LONGEST_CALLOUT}")
    return _named(lesson, wrong)


def cells(lesson: Lesson, *, course: Path | None = None) -> list[str]:
    """At most 25 lines in a code cell, a function's starter included; every exercise that is included exists."""
    wrong = []
    for block in lesson.blocks:
        if block.kind == "code" and (length := block.text.count("\n") + 1) > LONGEST_CELL:
            wrong.append(f"the cell in line {block.line} has {length} lines, at most {LONGEST_CELL}")
        if block.kind == "exercise":
            wrong += _exercise(lesson, block, course)
    return _named(lesson, wrong)


def time(lesson: Lesson, *, course: Path | None = None) -> list[str]:
    """A core of at most 75 minutes, not more than its front matter says; core exercises in it, and no others."""
    wrong = []
    if (counted := minutes.core(lesson, course=course)) > lesson.minutes:
        wrong.append(f"`minutes` is {lesson.minutes}, and its core takes {counted}")
    if max(counted, lesson.minutes) > MOST_MINUTES:
        wrong.append(f"its core takes {max(counted, lesson.minutes)} minutes, at most {MOST_MINUTES}")
    for part, is_core in ((lesson.core, True), (lesson.more, False)):
        included = [_exercise_of(lesson, block, course) for block in part if block.kind == "exercise"]
        strange = [exercise.name for exercise in included if exercise.facts["core"] is not is_core]
        wrong += [f"`{name}` is not core, and stands in the core" for name in strange if is_core]
        wrong += [f"`{name}` is core, and stands after the core" for name in strange if not is_core]
    return _named(lesson, wrong)


def needs(lesson: Lesson, lessons: Sequence[Lesson]) -> list[str]:
    """Every lesson that is needed exists and comes before; every lesson that is linked to exists."""
    numbers = {each.slug: each.number for each in lessons}
    wrong = [f"it needs `{slug}`, and no lesson has that slug" for slug in lesson.needs if slug not in numbers]
    late = [slug for slug in lesson.needs if numbers.get(slug, -1) >= lesson.number]
    wrong += [f"it needs `{slug}`, which does not come before it" for slug in late]
    linked = {name for block in lesson.blocks for name in _LINK.findall("\n".join(block.lines))}
    names = {each.name for each in lessons}
    return _named(lesson, wrong + [f"it links to `{each}.md`, which does not exist" for each in sorted(linked - names)])


def repeated(lessons: Sequence[Lesson]) -> list[str]:
    """No number, no slug and no exercise twice in the course."""
    numbers = Counter(f"number {each.number:02}" for each in lessons)
    slugs = Counter(f"slug `{each.slug}`" for each in lessons)
    included = Counter(f"exercise `{name}`" for each in lessons for name in each.exercises)
    return [f"The {what} is there {n} times." for what, n in (numbers + slugs + included).items() if n > 1]


def _begins_with_a_title(lesson: Lesson) -> bool:
    first = next((line for block in lesson.blocks for line in block.lines if line.strip()), "")
    return first.startswith("# ")


def _exercise_of(lesson: Lesson, block: blocks.Block, course: Path | None) -> Exercise:
    return Exercise.of(lesson.slug, block.info, place=course)


def _exercise(lesson: Lesson, block: blocks.Block, course: Path | None) -> list[str]:
    try:
        exercise = _exercise_of(lesson, block, course)
        starter = exercise.starter.strip("\n")
    except Fault as fault:
        return [f"line {block.line}: {fault.message.rstrip('.')}"]
    length = starter.count("\n") + 2  # with the line that names the exercise
    most = LONGEST_STARTERS.get(exercise.facts["kind"], LONGEST_CELL)
    if length > most:
        return [f"the starter of `{block.info}` makes a cell of {length} lines, at most {most}"]
    return []


def _named(lesson: Lesson, wrong: Iterable[str]) -> list[str]:
    return [f"`lessons/{lesson.path.name}`: {what}." for what in wrong]
