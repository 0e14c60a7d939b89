"""The strips under the lanes: how late the event loop was, and how many threads were in use."""

from __future__ import annotations

from collections.abc import Iterable

from unblocked.drawing import svg
from unblocked.drawing.bars import Drawn
from unblocked.drawing.occupancy import averages, in_threads, threads
from unblocked.drawing.palette import LOOKS
from unblocked.drawing.summary import QUIET
from unblocked.drawing.units import duration
from unblocked.drawing.view import View

HEIGHT = 30
SLOTS = 200
"""Samples of the lag that are drawn: the worst one of each part of the time."""
NEAR = 0.75
"""The share of all threads from which on their limit is drawn."""


def beneath(view: View, *, span: float) -> list[Drawn]:
    """Draw those strips in which there is something to see."""
    return [strip for strip in (_lag(view, span=span), _threads(view, span=span)) if strip]


def quiet(view: View) -> str:
    """Say shortly what no strip was drawn for."""
    if view.recording is None or not view.lanes:
        return ""
    late = max((seconds for _, seconds in view.lag), default=None)
    parts = [f"the event loop was never more than {duration(late)} late"] if late is not None and late < QUIET else []
    parts += [] if threads(view) else ["no worker thread was used"]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _lag(view: View, *, span: float) -> Drawn | None:
    """Draw a tooth for each delay: from when the loop should have come back to when it did, rising to its lateness."""
    worst: dict[int, tuple[float, float]] = {}
    for when, late in view.lag:
        slot = int(when / span * SLOTS)
        worst[slot] = max(worst.get(slot, (0.0, 0.0)), (late, when))
    most = max((late for late, _ in worst.values()), default=0.0)
    if most < QUIET:
        return None
    teeth = "".join(_tooth(late, when, span=span, most=most) for late, when in worst.values() if late * 100 > most)
    shape = f'<path fill="{LOOKS["loop"].colour}" fill-opacity=".75" d="{teeth}"/>'
    return _strip(shape, ("loop is late", "loop late"), (f"up to {duration(most)}", duration(most)))


def _tooth(late: float, when: float, *, span: float, most: float) -> str:
    start, end = max(0.0, when - late) / span * svg.WIDTH, when / span * svg.WIDTH
    y = svg.plain(HEIGHT * (1 - late / most), places=1)
    return f"M{svg.plain(start, places=1)} {HEIGHT}L{svg.plain(end, places=1)} {y}V{HEIGHT}z"


def _threads(view: View, *, span: float) -> Drawn | None:
    changes = threads(view)
    if not changes or view.recording is None:
        return None
    used, tokens = max(count for _, count in changes), view.recording.tokens
    top = max(used, tokens) if used >= NEAR * tokens else used
    means = averages(in_threads(view), span=span, slots=SLOTS) if len(changes) > 2 * SLOTS else []
    steps = _steps([(n * span / SLOTS, mean) for n, mean in enumerate(means)] or changes, span=span, top=top)
    shape = f'<path fill="{LOOKS["thread"].colour}" fill-opacity=".75" d="{steps}"/>'
    limit = _limit(HEIGHT * (1 - tokens / top)) if used >= NEAR * tokens else ""
    return _strip(shape + limit, ("threads in use", "threads"), (f"up to {used} of {tokens}", f"{used} of {tokens}"))


def _steps(changes: Iterable[tuple[float, float]], *, span: float, top: int) -> str:
    steps = "".join(
        f"H{svg.plain(when / span * svg.WIDTH, places=1)}V{svg.plain(HEIGHT * (1 - count / top), places=1)}"
        for when, count in changes
    )
    return f"M0 {HEIGHT}{steps}V{HEIGHT}z"


def _limit(y: float) -> str:
    dashes = 'stroke="currentColor" stroke-dasharray="4 3" vector-effect="non-scaling-stroke"'
    return f'<path d="M0 {svg.plain(max(y, 0.75))}H{svg.WIDTH}" {dashes}/>'


def _strip(shape: str, name: tuple[str, str], amount: tuple[str, str]) -> Drawn:
    """Draw a strip. Name and amount come with their short forms."""
    thin = 'stroke="currentColor" stroke-opacity=".4" vector-effect="non-scaling-stroke"'
    ground = f'<path d="M0 {HEIGHT}H{svg.WIDTH}" {thin}/>'
    label = svg.named(*name, y=12, extra='font-size="11" text-anchor="end"')
    most = svg.named(*amount, y=26, extra='font-size="11" text-anchor="end" fill-opacity=".78"')
    body = svg.stretched(f"{ground}{shape}", y=0, height=HEIGHT)
    return Drawn(f"<g>{svg.tooltip(f'{name[0]}: {amount[0]}')}{body}{label}{most}</g>", HEIGHT + 2)
