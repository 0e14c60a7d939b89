"""Shapes of an SVG as text. What a user supplied passes through `escaped`."""

from __future__ import annotations

import hashlib
import html

WIDTH = 400
"""Units across a drawing that is stretched to the width of the page: between the pixels of a phone and of a screen, so
that patterns suffer little. Text and bars use per cent instead."""

__all__ = ["WIDTH", "across", "bar", "escaped", "identified", "line", "named", "plain", "stretched", "text", "tooltip"]


def escaped(words: str) -> str:
    r"""Make words harmless that others supplied, and put them on one line: Markdown ends a figure at an empty one.

    >>> escaped("/a\n\n<b>")
    '/a &lt;b&gt;'
    """
    line = " ".join(words.split())
    return html.escape("".join(letter for letter in line if letter.isprintable()))


def plain(value: float, *, places: int = 2) -> str:
    """Give a number as short as it can be.

    >>> plain(12.5), plain(3.0)
    ('12.5', '3')
    """
    return f"{value:.{places}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"


def across(moment: float, span: float) -> str:
    """Give a moment's place on the x axis in per cent, so that the browser fits it to any width."""
    return f"{plain(100 * moment / span)}%"


def tooltip(words: str) -> str:
    """Show words where the pointer rests."""
    return f"<title>{escaped(words)}</title>"


def bar(start: float, end: float, *, span: float, y: float, height: float, extra: str, words: str = "") -> str:
    """Draw a bar in time. One that would be too thin to see is two pixels wide; its tooltip has the numbers."""
    narrow = (end - start) / span < 0.0035
    size = 'width="2" stroke="none"' if narrow else f'width="{across(end - start, span)}" rx="2.5"'
    body = tooltip(words) if words else ""
    return f'<rect x="{across(start, span)}" y="{plain(y)}" {size} height="{plain(height)}" {extra}>{body}</rect>'


def line(x: str, *, top: float, bottom: float, extra: str) -> str:
    """Draw an upright line."""
    return f'<line x1="{x}" x2="{x}" y1="{plain(top)}" y2="{plain(bottom)}" {extra}/>'


def text(words: str, *, x: str, y: float, extra: str = "") -> str:
    """Write words. `x` may be in per cent."""
    return f'<text x="{x}" y="{plain(y)}"{f" {extra}" if extra else ""}>{escaped(words)}</text>'


def named(words: str, short: str, *, y: float, x: str = "-8", extra: str = 'text-anchor="end"') -> str:
    """Write a name, to the left of the drawing if nothing else is said; on a narrow page its short form."""
    if words == short:
        return text(words, x=x, y=y, extra=extra)
    narrow = text(short, x=x, y=y, extra=f'class="ub-narrow" display="none" {extra}')
    return text(words, x=x, y=y, extra=f'class="ub-wide" {extra}') + narrow


def stretched(body: str, *, y: float, height: float) -> str:
    """Draw in units of `WIDTH` across and pixels down, stretched to whatever width there is."""
    box = f'viewBox="0 0 {WIDTH} {plain(height)}" preserveAspectRatio="none"'
    return f'<svg y="{plain(y)}" width="100%" height="{plain(height)}" {box}>{body}</svg>'


def identified(picture: str) -> str:
    """Give a finished picture ids that follow from its content: the same data makes the same page, byte for byte.

    What a user supplied cannot hold the mark `<uid>`, because it was escaped.
    """
    return picture.replace("<uid>", "ub-" + hashlib.sha256(picture.encode()).hexdigest()[:10])
