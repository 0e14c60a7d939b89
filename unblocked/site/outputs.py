"""What a cell shows when it is run, for a page: Markdown, and HTML without what has files of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from nbformat import NotebookNode

from unblocked.drawing.look import style
from unblocked.site.drawings import Drawings

_SHEET = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_PRIVATE = re.compile(r"/[^\s<>]*?/unblocked-[^/\s]+/(?=workspace)")
_LOOPBACK = re.compile(r'<a\b[^>]*href="https?://(?:127\.0\.0\.1|localhost)\b')


class Sheets:
    """The style sheets that were taken out of outputs, each once, in the order in which they came.

    That of the course's figures is there in any case: the site's own pages draw some, too.
    """

    def __init__(self) -> None:
        self._sheets = {style(): None}

    def taken_from(self, html: str) -> str:
        """Give some HTML without its style sheets, which are kept here."""
        self._sheets.update(dict.fromkeys(_SHEET.findall(html)))
        return _SHEET.sub("", html)

    @property
    def text(self) -> str:
        """All of them as one; a sheet that is the beginning of another one is in it."""
        whole = [sheet for sheet in self._sheets if not any(o.startswith(sheet) for o in self._sheets if o != sheet)]
        return "\n".join(whole) + "\n"


@dataclass(frozen=True, slots=True)
class Aside:
    """What outputs bring that goes into files: style sheets, which pages share, and drawings, which are large."""

    sheets: Sheets = field(default_factory=Sheets)
    drawings: Drawings = field(default_factory=Drawings)

    def taken_from(self, html: str) -> str:
        """Give some HTML without what is kept here."""
        return self.drawings.taken_from(self.sheets.taken_from(html))


def markdown(cell: NotebookNode, aside: Aside, *, course: Path) -> str:
    """Write all outputs of a cell as Markdown, in order; nothing for a cell that shows none.

    Args:
        cell: a code cell that was run.
        aside: where the parts of its outputs go that do not stay in the page.
        course: the folder whose place on this computer no reader needs to know.

    """
    parts = []
    for is_printed, group in groupby(cell.outputs, lambda output: output.output_type == "stream"):
        own = list(group)
        parts += [_text("".join(e.text for e in own))] if is_printed else [_one(e, aside, course) for e in own]
    return _public("\n\n".join(filter(None, parts)), course)


def code(source: str, *, title: str = "") -> str:
    """Write a code cell."""
    return _fenced(source, f'python title="{title}"' if title else "python")


def _one(output: NotebookNode, aside: Aside, course: Path) -> str:
    if output.output_type == "error":
        return _text("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    data = output.data
    if "text/html" in data and not _LOOPBACK.search(data["text/html"]):
        return _html(aside.taken_from(_public(data["text/html"], course)))
    if "text/markdown" in data:
        return f'<div class="output" markdown="1">\n\n{data["text/markdown"]}\n\n</div>'
    if "text/html" in data:  # links to a server that ran for as long as its notebook
        return f'<div class="output" markdown="1">\n\n{data["text/plain"]}\n\n</div>'
    return _text(data.get("text/plain", ""))


def _html(html: str) -> str:
    """Set HTML apart: Markdown leaves it alone, and the search, which is for the text, does so too."""
    calm = html.strip().replace(' role="status"', "", 1)  # that is for news, and a page has none
    reachable = calm.replace("<pre>", '<pre tabindex="0">')  # with the keyboard, where it has to be scrolled
    return f'<div class="output" data-search-exclude>{reachable}</div>'


def _text(text: str) -> str:
    plain = _ANSI.sub("", text).strip("\n")
    return _fenced(plain, "{ .text .output .no-copy }") if plain.strip() else ""


def _fenced(text: str, info: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence} {info}\n{text}\n{fence}"


def _public(text: str, course: Path) -> str:
    """Take out where things are on the computer that ran it."""
    return _PRIVATE.sub("", text.replace(f"{course}/", ""))


def joined(parts: Iterable[str]) -> str:
    """Join parts of a page with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
