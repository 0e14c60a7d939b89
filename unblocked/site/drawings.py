"""The drawings and tables of a page's figures, in files of their own: with them, a page would be three times as large.

A figure stays in its page with its title, its legend, its lines of text and its height. `docs/assets/site.js` asks for
what is in it when a reader comes near, by a `<script>`: a page that was opened as a file may load nothing else.
"""

from __future__ import annotations

import hashlib
import json
import re

FOLDER = "drawings"
"""Beside the pages."""

SMALL = 2_000
"""Letters of drawings and tables that stay in the page: to ask for so few costs a reader more than to have them."""

_FIGURE = re.compile(r'<figure class="ub"[^>]*>.*?</figure>', re.DOTALL)
_HOLDER = re.compile(r'<(svg class="ub-plot"|div class="ub-scroll")[^>]*>')
_SPOKEN = re.compile(r'<svg class="ub-plot"[^>]* aria-label="([^"]*)"[^>]*>')
_UNSEEN = '<noscript><p class="ub-said">The picture needs JavaScript. In words: {}</p></noscript>'


class Drawings:
    """What was taken out of figures: the text of a script for each, by its name in their folder."""

    def __init__(self) -> None:
        self.scripts: dict[str, str] = {}

    def taken_from(self, html: str) -> str:
        """Give some HTML with its large figures empty; what was in them is kept here."""
        return _FIGURE.sub(lambda figure: self._emptied(figure[0]), html)

    def _emptied(self, figure: str) -> str:
        frame, parts = _divided(figure)
        if sum(map(len, parts)) <= SMALL:
            return figure
        script = f"drawn({json.dumps(parts, ensure_ascii=False)})\n"
        name = f"{hashlib.sha256(script.encode()).hexdigest()[:12]}.js"  # a page never gets what is not its own
        self.scripts[name] = script
        marked = frame.replace("<figure ", f'<figure data-drawing="{FOLDER}/{name}" ', 1)
        return _SPOKEN.sub(lambda plot: f"{_UNSEEN.format(plot[1])}{plot[0]}", marked)


def _divided(figure: str) -> tuple[str, list[str]]:
    """Take from a figure what is in its drawings and tables; give what is left, and those in their order."""
    frame, parts, end = "", list[str](), 0
    for holder in _HOLDER.finditer(figure):
        frame += figure[end : holder.end()]
        end = _end(figure, holder.end(), tag=holder[1].partition(" ")[0])
        parts.append(figure[holder.end() : end])
    return frame + figure[end:], parts


def _end(html: str, start: int, *, tag: str) -> int:
    """Find where an element ends that begins before `start`: there may be others of its tag in it."""
    depth = 1
    for found in re.compile(rf"<(/?){tag}\b").finditer(html, start):
        depth += -1 if found[1] else 1
        if depth == 0:
            return found.start()
    raise ValueError(f"A `<{tag}>` of a figure has no end.")
