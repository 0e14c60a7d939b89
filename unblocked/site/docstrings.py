"""Docstrings as this course writes them, read into their parts and written as Markdown.

Own code, because there is so little of it: five sections in one form (`Args:`, `Returns:`, `Raises:`, `Attributes:`,
`Example:`), paragraphs, and examples for the interpreter. A library (griffe) reads ten styles, would be one more
dependency, and still leaves the writing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SECTION = re.compile(r"(Args|Returns|Raises|Attributes|Example):")
_ENTRY = re.compile(r"(\*{0,2}\w+): (.*)")
_TITLES = {"Args": "Arguments", "Returns": "Gives", "Raises": "Raises", "Attributes": "It has"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a docstring: `kind` is a section's name, `example` or `text`."""

    kind: str
    text: str

    @property
    def entries(self) -> dict[str, str]:
        r"""What stands in a section of names and words, by name.

        >>> Part("Args", "path: what to ask for,\n    in turn.\nn: how many.").entries
        {'path': 'what to ask for, in turn.', 'n': 'how many.'}
        """
        found: dict[str, str] = {}
        name = ""
        for line in self.text.splitlines():
            if entry := _ENTRY.fullmatch(line):
                name = entry[1]
                found[name] = entry[2]
            elif name:
                found[name] += f" {line.strip()}"
        return found


def parts(doc: str) -> list[Part]:
    r"""Divide a docstring into its parts, in order.

    >>> [part.kind for part in parts("Ask.\n\nArgs:\n    n: how many.\n\n>>> ask()\n3")]
    ['text', 'Args', 'example']
    """
    return [part for piece in re.split(r"\n\s*\n(?=\S)", inspect.cleandoc(doc)) for part in _parts(piece)]


def _parts(piece: str) -> Iterator[Part]:
    first, _, rest = piece.partition("\n")
    if section := _SECTION.fullmatch(first):
        body = inspect.cleandoc(f"\n{rest}")
        yield Part("example" if section[1] == "Example" else section[1], body)
    else:
        yield Part("example" if piece.startswith(">>> ") else "text", piece)


def entries(doc: str, kind: str) -> dict[str, str]:
    """Give all entries of a kind of section."""
    return {name: words for part in parts(doc) if part.kind == kind for name, words in part.entries.items()}


def written(doc: str) -> str:
    """Write a docstring as Markdown."""
    return "\n\n".join(_written(part) for part in parts(doc))


def summary(doc: str) -> str:
    """Give a docstring's first paragraph, as one line."""
    return inspect.cleandoc(doc).partition("\n\n")[0].replace("\n", " ")


def _written(part: Part) -> str:
    if part.kind == "text":
        return part.text
    if part.kind == "example":
        return f"```pycon\n{re.sub(r' *# doctest: .*', '', part.text)}\n```"
    if not part.entries:
        return f"**{_TITLES[part.kind]}:** {part.text}"
    lines = [f"- `{name}`: {words}" for name, words in part.entries.items()]
    return f"**{_TITLES[part.kind]}:**\n\n" + "\n".join(lines)
