"""How long a lesson takes: what is read, what is run, and what its exercises say of themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

from unblocked.exercises import Exercise
from unblocked.lessons import blocks
from unblocked.lessons.source import Lesson

WORDS_A_MINUTE = 250
MINUTES_A_RUN = 1
"""For predicting, running and reading what comes out. A cell that is run is counted, whatever it does."""


def core(lesson: Lesson, *, course: Path | None = None) -> int:
    """Count the minutes of a lesson's core, its exercises included."""
    return _minutes(lesson, lesson.core, course)


def more(lesson: Lesson, *, course: Path | None = None) -> int:
    """Count the minutes of what comes after the core."""
    return _minutes(lesson, lesson.more, course)


def words(text: str) -> int:
    """Count the words that are read as text, so not the code."""
    prose = " ".join(line for _, line in blocks.outside_fences(text))
    return len(re.findall(r"[^\s>]*\w[^\s]*", prose))


def _minutes(lesson: Lesson, parts: Iterable[blocks.Block], course: Path | None) -> int:
    total = 0.0
    for block in parts:
        match block.kind:
            case "text" | "region":
                total += words(block.text) / WORDS_A_MINUTE
            case "code":
                total += MINUTES_A_RUN
            case "exercise":
                total += Exercise.of(lesson.slug, block.info, place=course).facts["minutes"]
    return math.ceil(total)
