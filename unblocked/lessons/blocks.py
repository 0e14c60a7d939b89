"""The parts of a lesson's Markdown, told apart line by line: text, fences, regions, presenter notes, exercises.

What an author can write, each on lines of its own, from the first column:

| written | is |
| --- | --- |
| ```` ```python ```` … | a code cell |
| ```` ```python raises ```` … | a code cell that is meant to raise |
| ```` ```python static ```` … | Python that is shown, not run; stays in the text |
| any other fence (`text`, `console`, `mermaid`, `bash`, …) | stays in the text |
| `<!-- #region -->` … `<!-- #endregion -->` | one Markdown cell, whatever is in it: a fold with code in it, say |
| `<!-- #region presenter -->` … `<!-- #endregion -->` | notes for who teaches; not for the learner's notebook |
| `<!-- exercise: NAME -->` | the exercise `exercises/SLUG/NAME`: its task and a cell to work in |

A fence that is indented or quoted stays in the text, whatever its tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from unblocked.faults import Fault

Kind = Literal["text", "code", "region", "presenter", "exercise"]

CODE = {"python": (), "python raises": ("raises-exception",)}
"""The fences that become code cells, each with the tags of its cell."""

_FENCE = re.compile(r"^( *)(`{3,}(?=[^`]*$)|~{3,})\s*(.*?)\s*$")
_REGION = re.compile(r"^<!-- #region\b(.*?)-->\s*$")
_END = re.compile(r"^<!-- #endregion\b.*-->\s*$")
_EXERCISE = re.compile(r"^<!-- exercise: ([a-z][a-z0-9_]*) -->\s*$")
_NEARLY_EXERCISE = re.compile(r"<!--\s*exercises?\b")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a lesson. `info` is a code fence's tag or an exercise's name, `line` where it begins in its file."""

    kind: Kind
    lines: tuple[str, ...]
    line: int
    info: str = ""

    @property
    def text(self) -> str:
        """What is in it: the lines between the fences or the marks, or all lines of a text."""
        inner = self.lines if self.kind == "text" else self.lines[1:-1]
        return "\n".join(inner)


def split(text: str, *, name: str, first_line: int = 1) -> list[Block]:
    """Split a lesson's body into its blocks; together they are all its lines.

    Args:
        text: the body, without its front matter.
        name: what the file is called in a `Fault`.
        first_line: where the body begins in its file.

    Raises a `Fault` for what was opened and never closed, and for an exercise's line that is nearly right.

    """
    return list(_merged(_Scanner(text.splitlines(), name, first_line).blocks()))


def outside_fences(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines of some Markdown that are not in a fence, each with its index."""
    closing: re.Pattern[str] | None = None
    for index, line in enumerate(text.splitlines()):
        if closing:
            closing = None if closing.match(line) else closing
        elif fence := _FENCE.match(line):
            closing = _closing(fence)
        else:
            yield index, line


@dataclass(slots=True)
class _Scanner:
    """Reads lines from the top and never goes back."""

    lines: list[str]
    name: str
    first_line: int
    at: int = 0

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            yield self._next(self.lines[self.at])

    def _next(self, line: str) -> Block:
        if fence := _FENCE.match(line):
            is_cell = fence[1] == "" and fence[2] == "```" and fence[3] in CODE
            return self._until(
                _closing(fence), "code" if is_cell else "text", fence[3], opened=f"the fence `{fence[3]}`"
            )
        if region := _REGION.match(line):
            note = region[1].strip() == "presenter"
            return self._until(_END, "presenter" if note else "region", opened=f"`{line.strip()}`")
        if exercise := _EXERCISE.match(line):
            return self._take(1, "exercise", exercise[1])
        self._refuse_near_misses(line)
        return self._take(1, "text")

    def _until(self, end: re.Pattern[str], kind: Kind, info: str = "", *, opened: str) -> Block:
        for length, line in enumerate(self.lines[self.at + 1 :], start=2):
            if end.match(line):
                return self._take(length, kind, info)
            if kind in {"region", "presenter"}:
                self._refuse_inside(line, opened)
        raise self._fault(f"{opened} is never closed")

    def _take(self, length: int, kind: Kind, info: str = "") -> Block:
        start, self.at = self.at, self.at + length
        return Block(kind, tuple(self.lines[start : self.at]), self.first_line + start, info)

    def _refuse_near_misses(self, line: str) -> None:
        if _END.match(line):
            raise self._fault(f"`{line.strip()}` closes a region that was not opened")
        if _NEARLY_EXERCISE.search(line):
            right = "write `<!-- exercise: name -->` on a line of its own"
            raise self._fault(f"`{line.strip()}` would not be seen; {right}")

    def _refuse_inside(self, line: str, opened: str) -> None:
        if _REGION.match(line):
            raise self._fault(f"a region begins inside of {opened}; close that one first")
        if _NEARLY_EXERCISE.search(line):
            raise self._fault(f"an exercise stands inside of {opened}; put it after `<!-- #endregion -->`")

    def _fault(self, what: str) -> Fault:
        return Fault(f"`{self.name}`, line {self.first_line + self.at}: {what}.")


def _closing(fence: re.Match[str]) -> re.Pattern[str]:
    return re.compile(rf"^\s*{fence[2][0]}{{{len(fence[2])},}}\s*$")


def _merged(blocks: Iterator[Block]) -> Iterator[Block]:
    """Give the blocks with neighbouring texts as one."""
    text: list[Block] = []
    for block in blocks:
        if block.kind != "text":
            yield from _joined(text)
            text = []
            yield block
        else:
            text.append(block)
    yield from _joined(text)


def _joined(text: list[Block]) -> Iterator[Block]:
    if text:
        yield Block("text", tuple(line for block in text for line in block.lines), text[0].line)
