"""The figure in a page: drawing, legend, and the numbers as text. No script, nothing from elsewhere."""

from __future__ import annotations

from unblocked.drawing.bars import Drawn, Mark
from unblocked.drawing.labels import Room
from unblocked.drawing.look import style
from unblocked.drawing.palette import LOOKS, Place, fill, patterns
from unblocked.drawing.scene import Scene
from unblocked.drawing.strips import quiet
from unblocked.drawing.summary import NOTHING, description, figures
from unblocked.drawing.svg import escaped, identified, plain
from unblocked.drawing.table import as_html, note, numbers
from unblocked.drawing.units import duration
from unblocked.drawing.view import View


def figure(scene: Scene) -> str:
    """Write the whole figure. It has no empty line, which would end it in Markdown."""
    several = len(scene.views) > 1
    parts = zip(scene.views, scene.panels, scene.marks, strict=True)
    runs = "".join(_run(view, panel, marks, headed=several) for view, panel, marks in parts)
    title = f'<figcaption class="ub-title">{escaped(scene.title)}</figcaption>' if scene.title else ""
    rest = "" if scene.empty else f"{_key(scene.places)}{_fold(scene.views)}"
    shared = f'<svg width="0" height="0" style="position:absolute" aria-hidden="true">{patterns(scene.places)}</svg>'
    body = f"<style>{style()}</style>{title}{shared}{runs}{rest}"
    return identified(f'<figure class="ub" style="{_room(scene.frame.room)}">{body}</figure>\n')


def _room(room: Room) -> str:
    wide = f"--ub-l:{room.left}px;--ub-r:{room.right}px"
    return f"{wide};--ub-ln:{room.narrow_left}px;--ub-rn:{room.narrow_right}px"


def _run(view: View, panel: Drawn, marks: list[Mark], *, headed: bool) -> str:
    head = f'<div class="ub-run">{escaped(view.title)}</div>' if headed else ""
    if not view.lanes:
        return f'{head}<p class="ub-said">{NOTHING}</p>'
    said = " ".join(filter(None, [figures(view), quiet(view), _dropped(view)]))
    notes = "".join(f'<p class="ub-said">{escaped(_marked(mark))}</p>' for mark in marks)
    return f'{head}{_plot(view, panel)}<p class="ub-said">{escaped(said)}</p>{notes}'


def _plot(view: View, panel: Drawn) -> str:
    spoken = escaped(f"{view.title}. {description(view)}" if view.title else description(view))
    size = f'height="{plain(panel.height)}" style="height:{plain(panel.height)}px"'
    text = 'font-size="12" fill="currentColor"'
    return f'<svg class="ub-plot" width="100%" {size} {text} role="img" aria-label="{spoken}">{panel.body}</svg>'


def _marked(mark: Mark) -> str:
    return f"▲ Request {mark.number}, {duration(mark.start)} to {duration(mark.end)}: {mark.text}"


def _dropped(view: View) -> str:
    dropped = view.recording.dropped if view.recording else 0
    return f"The recorder had no room for {dropped} of what it saw." if dropped else ""


def _key(places: list[Place]) -> str:
    return f'<div class="ub-key">{"".join(f"<span>{_swatch(p)}{LOOKS[p].name}</span>" for p in places)}</div>'


def _swatch(place: Place) -> str:
    tall = 14 * LOOKS[place].tall
    box = f'<rect y="{plain(7 - tall / 2)}" width="18" height="{plain(tall)}" rx="2.5" fill="{fill(place)}"/>'
    return f'<svg width="18" height="14" style="height:14px" aria-hidden="true">{box}</svg>'


def _fold(views: list[View]) -> str:
    tables = "".join(_table(view, headed=len(views) > 1) for view in views if view.lanes)
    return f"<details><summary>The numbers, as a table</summary>{tables}</details>"


def _table(view: View, *, headed: bool) -> str:
    said = " ".join(filter(None, [f"{view.title}:" if headed and view.title else "", description(view), note(view)]))
    return f'<p class="ub-said">{escaped(said)}</p><div class="ub-scroll" tabindex="0">{as_html(numbers(view))}</div>'
