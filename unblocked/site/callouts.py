"""The callouts of a lesson, which are block quotes in its notebook, as the theme's own boxes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from unblocked.lessons import blocks

_TITLED = re.compile(r"\*\*(.+?)\.?\*\*\s*")

_KINDS = {
    "You will be able to": "abstract",
    "Predict": "question",
    "Check": "example",
    "Careful": "warning",
    "In production": "tip",
}


def boxed(text: str) -> str:
    r"""Write the block quotes of some Markdown that begin with bold words as boxes with that title.

    >>> boxed("> **Careful.** It is late.")
    '!!! warning "Careful"\n\n    It is late.'
    """
    outside = {index for index, _ in blocks.outside_fences(text)}
    lines = [(index in outside and line.startswith(">"), line) for index, line in enumerate(text.splitlines())]
    written: list[str] = []
    for quoted, group in groupby(lines, lambda line: line[0]):
        own = [line for _, line in group]
        written += _box(own) if quoted else own
    return "\n".join(written)


def _box(lines: Iterable[str]) -> Iterator[str]:
    quoted = list(lines)
    inner = [re.sub(r"^> ?", "", line) for line in quoted]
    title = _TITLED.match(inner[0])
    if not title:
        yield from quoted
        return
    yield f'!!! {_KINDS.get(title[1], "note")} "{title[1]}"'
    yield ""
    rest = [inner[0][title.end() :], *inner[1:]]
    yield from (f"    {line}".rstrip() for line in rest[rest.index(next(filter(None, rest), rest[0])) :])
