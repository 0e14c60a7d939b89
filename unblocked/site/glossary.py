"""The glossary, `docs/glossary.md`: its terms, and whether lessons, tasks and pages keep to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from unblocked.lessons import blocks, source
from unblocked.site import places

GLOSSARY = "docs/glossary.md"

_ENTRY = re.compile(r"^## (.+?)(?: \{#([\w-]+)\})?$\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ELSEWHERE = re.compile(r"^Elsewhere: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the course. `forms` are how it is written, `elsewhere` what others call it: no lesson says that."""

    forms: tuple[str, ...]
    anchor: str
    text: str
    elsewhere: tuple[str, ...]


def terms(course: Path) -> list[Term]:
    """Read the glossary.

    >>> [term.anchor for term in terms(Path(".")) if "threadpool" in term.elsewhere]  # doctest: +SKIP
    ['worker-thread']
    """
    return [_term(*found.groups()) for found in _ENTRY.finditer(_read(course / GLOSSARY))]


def _term(title: str, anchor: str | None, text: str) -> Term:
    elsewhere = _ELSEWHERE.search(text)
    names = tuple(elsewhere[1].split(", ")) if elsewhere else ()
    return Term(tuple(title.replace("`", "").split(", ")), anchor or places.anchor(title), text, names)


def complaints(course: Path) -> list[str]:
    """Say where the glossary and the course differ; an empty list is what a test wants."""
    known = terms(course)
    return [*_unordered(known), *_unused(known, course), *_astray(known, course), *_strangers(known, course)]


def _unordered(known: list[Term]) -> Iterator[str]:
    names = [term.anchor for term in known]
    for term, wanted in zip(known, sorted(names), strict=True):
        if term.anchor != wanted:
            yield f"`{GLOSSARY}`: `{term.forms[0]}` is out of order."
            return


def _unused(known: list[Term], course: Path) -> Iterator[str]:
    """Every term is used in a lesson, a task or a lab."""
    files = [*source.paths(course=course), *course.glob("exercises/*/*/task.md"), *course.glob("labs/**/*.py")]
    text = "\n".join(_read(path) for path in files)
    for term in known:
        if not any(_pattern(form).search(text) for form in term.forms):
            yield f"`{GLOSSARY}`: no lesson, task or lab says `{term.forms[0]}`."


def _astray(known: list[Term], course: Path) -> Iterator[str]:
    """Every link leads to a section that a lesson has."""
    for term in known:
        for link in places.astray(term.text, course):
            yield f"`{GLOSSARY}`: `{term.forms[0]}` links to `{link}`, which does not exist."


def _strangers(known: list[Term], course: Path) -> Iterator[str]:
    """No lesson, task or page uses another word for a term."""
    files = [*source.paths(course=course), *sorted(course.glob("exercises/*/*/task.md"))]
    files += sorted(path for path in course.glob("docs/*.md") if path != course / GLOSSARY)
    for path in files:
        text = _prose(_read(path))
        for term in known:
            for name in term.elsewhere:
                for found in _pattern(name).finditer(text):
                    where = f"`{path.relative_to(course)}`, line {text.count(chr(10), 0, found.start()) + 1}"
                    yield f"{where}: `{name}` is called `{term.forms[0]}` here; see `{GLOSSARY}`."


def _prose(text: str) -> str:
    """Give what is read as text: fences are empty lines, and the code in a line is left out."""
    lines = [""] * (text.count("\n") + 1)
    for index, line in blocks.outside_fences(text):
        lines[index] = re.sub(r"`[^`]*`", "…", line)
    return "\n".join(lines)


def _pattern(words: str) -> re.Pattern[str]:
    """Find words as such, in one or in many, whatever their case and wherever the line ends."""
    parts = r"\s+(?:> )?".join(re.escape(word) for word in words.split(" "))
    return re.compile(rf"(?<![\w-]){parts}(?:s|es)?(?![\w-])", re.IGNORECASE)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
