"""A card: a few words and perhaps two bars, drawn calmly, right in light and dark, in JupyterLab and on the site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

# Each colour is JupyterLab's where there is one, else the site's, else one that reads on both black and white.
_ACCENT = "var(--jp-brand-color1, var(--md-typeset-a-color, #4a86d8))"
_TEXT = "var(--jp-content-font-color1, var(--md-default-fg-color, inherit))"
_QUIET = "var(--jp-content-font-color2, var(--md-default-fg-color--light, inherit))"

_BOX = f"border-left:3px solid {_ACCENT};padding:.3em .9em;margin:.3em 0;color:{_TEXT};max-width:40em"
_BAR = "height:.45em;border-radius:.2em;margin:.25em 0;min-width:2px"


@dataclass(frozen=True, slots=True)
class Card:
    """Words under a heading, and bars that show the same at a glance; a screen reader reads the words alone.

    Args:
        name: what the card is, for those who hear it: "Prediction".
        heading: the question that it is about.
        words: one or two sentences; what stands in backticks is shown as code.
        bars: lengths to compare, in any one unit; the last one is what was measured.

    """

    name: str
    heading: str
    words: str
    bars: tuple[float, ...] = ()

    def bundle(self) -> dict[str, str]:
        """Return the card for every kind of reader, by media type."""
        return {"text/html": self.html(), "text/plain": f"{self.heading}\n{self.words}"}

    def html(self) -> str:
        """Return the card as HTML that needs no style sheet and no script."""
        heading = f'<p style="margin:0;color:{_QUIET}">{escape(self.heading)}</p>'
        words = f'<p style="margin:.1em 0">{_with_code(self.words)}</p>'
        return f'<div role="group" aria-label="{self.name}" style="{_BOX}">{heading}{words}{self._bars()}</div>'

    def _bars(self) -> str:
        longest = max(self.bars, default=0)
        if not longest:
            return ""
        colours = [_QUIET] * (len(self.bars) - 1) + [_ACCENT]
        bars = (
            f'<div style="{_BAR};width:{100 * length / longest:.1f}%;background:{colour}"></div>'
            for length, colour in zip(self.bars, colours, strict=True)
        )
        return f'<div aria-hidden="true">{"".join(bars)}</div>'


def _with_code(words: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(words))
