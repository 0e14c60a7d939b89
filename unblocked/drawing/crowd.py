"""A crowd: a hundred requests as thin lanes, ten thousand as an area of how many are where."""

from __future__ import annotations

from unblocked.drawing import svg
from unblocked.drawing.bars import Drawn, Mark
from unblocked.drawing.labels import Row
from unblocked.drawing.lanes import Lane, thinned
from unblocked.drawing.occupancy import occupancy
from unblocked.drawing.palette import FILLERS, LAYERS, LOOKS, Place, fill
from unblocked.drawing.units import counted, duration, share, ticks
from unblocked.drawing.view import View
from unblocked.percentiles import percentile

SLOTS = 150
"""Points of an area across the page."""
AREA = 168
"""Pixels that an area is high."""
SHORT = {"95th percentile": "95th %"}
PIECES = 1200
"""Pieces in all thin lanes together."""


def ordered(view: View) -> list[Lane]:
    """Sort a crowd: requests that were due together by their end, others by when they were due."""
    return sorted(view.lanes, key=lambda lane: (lane.done, lane.number)) if view.burst else view.lanes


def thin(view: View, *, span: float, marks: list[Mark]) -> Drawn:
    """Draw thin lanes: one path for all bars of a place, and over it, lane by lane, what a tooltip says."""
    lanes, pitch = ordered(view), 7 if len(view.lanes) <= 60 else 5
    height = len(lanes) * pitch + 4.0
    paths = "".join(_bars(lanes, place, span=span, pitch=pitch) for place in LAYERS)
    hover = "".join(_hover(lane, y=n * pitch + 2, pitch=pitch) for n, lane in enumerate(lanes))
    ends = "".join(_failed(lane, span=span, y=n * pitch + 2 + pitch) for n, lane in enumerate(lanes))
    counts = "".join(_count(n, y=(n - 1) * pitch + 2 + pitch / 2) for n in _counts(len(lanes)))
    order = {lane.number: n for n, lane in enumerate(lanes)}
    boxes = "".join(_mark(m, span=span, y=order[m.number] * pitch + 2, pitch=pitch) for m in marks if m.number in order)
    return Drawn(f"{svg.stretched(paths, y=0, height=height)}{hover}{boxes}{ends}{counts}", height)


def _bars(lanes: list[Lane], place: Place, *, span: float, pitch: int) -> str:
    tall = max(1.0, (pitch - 1) * (0.5 + LOOKS[place].tall / 2))
    shapes = []
    for n, lane in enumerate(lanes):
        y = svg.plain(n * pitch + 2 + (pitch - 1 - tall) / 2, places=1)
        for piece in thinned(lane.pieces, most=max(8, PIECES // len(lanes))):
            width = (piece.end - piece.start) / span * svg.WIDTH
            if piece.place == place and (width >= 1 or place not in FILLERS):
                x, w = svg.plain(piece.start / span * svg.WIDTH, places=1), svg.plain(max(width, 1.2), places=1)
                shapes.append(f"M{x} {y}h{w}v{svg.plain(tall, places=1)}h-{w}z")
    return f'<path fill="{fill(place)}" d="{"".join(shapes)}"/>' if shapes else ""


def _hover(lane: Lane, *, y: float, pitch: int) -> str:
    box = f'<rect y="{svg.plain(y)}" width="100%" height="{pitch}" fill-opacity="0">'
    return f"{box}{svg.tooltip(in_short(lane))}</rect>"


def in_short(lane: Lane) -> str:
    """Say in a line what became of a request."""
    end = f"✕ {lane.request.cause} after" if lane.request.cause else "answered after"
    return f"{lane.number} {lane.request.path[:60]}: {end} {duration(lane.request.seconds)}"


def _failed(lane: Lane, *, span: float, y: float) -> str:
    if lane.request.ok:
        return ""
    return svg.text("✕", x=svg.across(lane.end, span), y=y, extra='dx="3" class="ub-bad" font-size="9"')


def _counts(many: int) -> list[int]:
    step = 10 if many <= 60 else 20
    return [1, *range(step, many + 1, step)]


def _count(count: int, *, y: float) -> str:
    return svg.text(str(count), x="-8", y=y + 4, extra='class="ub-dim" text-anchor="end" font-size="11"')


def _mark(mark: Mark, *, span: float, y: float, pitch: int) -> str:
    frame = 'fill="none" stroke="currentColor" stroke-width="1.5" pointer-events="none"'
    return svg.bar(mark.start, mark.end, span=span, y=y - 1.5, height=pitch + 2, extra=frame)


def peak(view: View, *, span: float) -> float:
    """Give the largest number of requests that were under way at the same time."""
    counts = occupancy(view, span=span, slots=SLOTS)
    return max(map(sum, zip(*counts.values(), strict=True)), default=0.0)


def area(view: View, *, span: float, top: float) -> Drawn:
    """Draw how many requests are where over time, one place upon the other, up to `top` requests."""
    counts = occupancy(view, span=span, slots=SLOTS)
    piled, layers = [0.0] * SLOTS, list[str]()
    for place, count in ((place, counts[place]) for place in view.worth_naming if place in counts):
        piled = [below + here for below, here in zip(piled, count, strict=True)]
        layers.append(_layer(place, piled, top=top, words=_amount(view, place, count)))
    body = svg.stretched("".join(reversed(layers)), y=0, height=AREA)
    return Drawn(f"{_levels(top)}{body}", AREA)


def _layer(place: Place, piled: list[float], *, top: float, words: str) -> str:
    """Paint from the ground up: what lies below is painted later, over it."""
    step = svg.WIDTH / SLOTS
    points = "".join(
        f"L{svg.plain((n + 0.5) * step)} {svg.plain(AREA * (1 - count / top), places=1)}"
        for n, count in enumerate(piled)
    )
    return f'<path fill="{fill(place)}" d="M0 {AREA}{points}L{svg.WIDTH} {AREA}z">{svg.tooltip(words)}</path>'


def _amount(view: View, place: Place, count: list[float]) -> str:
    part = share(view.spent[place], sum(view.spent.values()))
    return f"{LOOKS[place].name}: {counted(round(max(count)), 'request')} at most, {part} of all time"


def _levels(top: float) -> str:
    marks = [(round(at * 1000), at * 1000) for at, _ in ticks(top / 1000, most=4) if at * 1000 % 1 == 0]
    return "".join(_level(str(count), AREA * (1 - at / top)) for count, at in marks)


def _level(words: str, y: float) -> str:
    grid = 'class="ub-grid" stroke="currentColor" stroke-opacity=".16"'
    label = svg.text(words, x="-8", y=y + 4, extra='class="ub-dim" text-anchor="end"')
    return f'<line x2="100%" y1="{svg.plain(y)}" y2="{svg.plain(y)}" {grid}/>{label}'


def picked(view: View, *, marks: list[Mark]) -> list[Row]:
    """Choose lanes that stand for all others, each counted from the moment it was due."""
    ranked = sorted(view.lanes, key=lambda lane: (not lane.request.ok, lane.request.seconds))
    parts = {"fastest": 0.001, "median": 50, "95th percentile": 95, "slowest": 100}
    order = range(len(ranked))
    any_answered = bool(ranked) and ranked[0].request.ok
    named = {words: ranked[int(percentile(order, part))] for words, part in parts.items() if any_answered}
    failed = next((lane for lane in view.lanes if not lane.request.ok), None)
    named |= {"first failed": failed} if failed else {}
    wanted = {mark.number for mark in marks}
    named |= {f"marked: {lane.number}": lane for lane in view.lanes if lane.number in wanted}
    return [Row(lane.since(lane.due), words, SHORT.get(words, words)) for words, lane in named.items()]
