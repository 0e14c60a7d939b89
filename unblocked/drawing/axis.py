"""The time axis: the parts of a picture one below the other, on one grid."""

from __future__ import annotations

from unblocked.drawing import svg
from unblocked.drawing.bars import Drawn
from unblocked.drawing.units import ticks

FOOT = 20
"""Pixels for the numbers under a grid."""


def stacked(parts: list[Drawn], *, gap: float = 8) -> Drawn:
    """Put parts below each other."""
    body, y = [], 0.0
    for part in parts:
        body.append(f'<g transform="translate(0 {svg.plain(y)})">{part.body}</g>' if y else part.body)
        y += part.height + gap
    return Drawn("".join(body), max(0.0, y - gap))


def plotted(parts: list[Drawn], *, span: float) -> Drawn:
    """Put parts below each other, a grid behind them and the times of its lines under it."""
    inner = stacked(parts)
    marks = ticks(span)
    lines = "".join(_line(svg.across(at, span), inner.height) for at, _ in marks)
    texts = "".join(_text(svg.across(at, span), inner.height, words) for at, words in marks)
    dim = '<g class="ub-dim" text-anchor="middle">'
    return Drawn(f"{lines}{inner.body}{dim}{texts}</g>", inner.height + FOOT)


def _line(x: str, height: float) -> str:
    return svg.line(x, top=0, bottom=height + 4, extra='class="ub-grid" stroke="currentColor" stroke-opacity=".16"')


def _text(x: str, height: float, words: str) -> str:
    return svg.text(words, x=x, y=height + 16)
