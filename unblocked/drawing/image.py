"""The picture as a file of its own, for a README or a slide: with its background, light or dark, and its legend."""

from __future__ import annotations

from unblocked.drawing import svg
from unblocked.drawing.axis import stacked
from unblocked.drawing.bars import Drawn
from unblocked.drawing.look import file_style
from unblocked.drawing.palette import LOOKS, Place, fill, patterns
from unblocked.drawing.scene import Scene
from unblocked.drawing.strips import quiet
from unblocked.drawing.summary import NOTHING, description, figures
from unblocked.drawing.view import View

WIDTH, EDGE = 760, 16
"""Pixels across the file, and around what is in it."""
LETTER = 6.6


def drawn(scene: Scene) -> str:
    """Write the file."""
    title = [_words(scene.title, size=15)] if scene.title else []
    runs = [part for view, panel in zip(scene.views, scene.panels, strict=True) for part in _run(scene, view, panel)]
    whole = stacked([*title, *runs, _key(scene.places)], gap=10)
    height = whole.height + 2 * EDGE
    ground = f'<rect width="{WIDTH}" height="{svg.plain(height)}" rx="8" class="ub-paper" fill="#fff"/>'
    body = f"<style>{file_style()}</style>{patterns(scene.places)}{ground}"
    inner = f'<g transform="translate({EDGE} {EDGE})">{whole.body}</g>'
    return svg.identified(f"{_open(height, _spoken(scene))}{body}{inner}</svg>\n")


def _open(height: float, spoken: str) -> str:
    box = f'width="{WIDTH}" height="{svg.plain(height)}" viewBox="0 0 {WIDTH} {svg.plain(height)}"'
    text = 'class="ub" fill="currentColor" font-family="sans-serif" font-size="12"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {text} role="img" aria-label="{svg.escaped(spoken)}">'


def _spoken(scene: Scene) -> str:
    parts = [scene.title, *(f"{v.title}. {description(v)}" if _headed(scene) else description(v) for v in scene.views)]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _headed(scene: Scene) -> bool:
    return len(scene.views) > 1


def _run(scene: Scene, view: View, panel: Drawn) -> list[Drawn]:
    head = [_words(view.title, size=13)] if _headed(scene) and view.title else []
    if not view.lanes:
        return [*head, _said(NOTHING)]
    room = scene.frame.room
    box = f'x="{room.left}" width="{WIDTH - 2 * EDGE - room.left - room.right}" height="{svg.plain(panel.height)}"'
    plot = Drawn(f'<svg {box} overflow="visible">{panel.body}</svg>', panel.height)
    return [*head, plot, _said(" ".join(filter(None, [figures(view), quiet(view)])))]


def _words(words: str, *, size: int) -> Drawn:
    extra = f'font-size="{size}" font-weight="600"'
    lines = _wrapped(words, round((WIDTH - 2 * EDGE) / LETTER * 12 / size))
    return stacked([Drawn(svg.text(line, x="0", y=size, extra=extra), size + 4) for line in lines], gap=0)


def _said(words: str) -> Drawn:
    lines = _wrapped(words, round((WIDTH - 2 * EDGE) / LETTER))
    return stacked([Drawn(svg.text(line, x="0", y=12), 16) for line in lines], gap=0)


def _wrapped(words: str, most: int) -> list[str]:
    lines = [""]
    for word in words.split():
        fits = len(lines[-1]) + len(word) < most or not lines[-1]
        lines = [*lines[:-1], f"{lines[-1]} {word}".strip()] if fits else [*lines, word]
    return lines


def _key(places: list[Place]) -> Drawn:
    x, y, body = 0.0, 0.0, []
    for place in places:
        wide = 26 + len(LOOKS[place].name) * LETTER + 16
        if x + wide > WIDTH - 2 * EDGE:
            x, y = 0.0, y + 20
        body.append(f'<g transform="translate({svg.plain(x)} {svg.plain(y)})">{_swatch(place)}</g>')
        x += wide
    return Drawn("".join(body), y + 16)


def _swatch(place: Place) -> str:
    tall = 14 * LOOKS[place].tall
    box = f'<rect y="{svg.plain(7 - tall / 2)}" width="18" height="{svg.plain(tall)}" rx="2.5" fill="{fill(place)}"/>'
    return box + svg.text(LOOKS[place].name, x="26", y=11.5)
