"""Draws two runs as a moving picture: every bar grows at the moment and for as long as it was recorded, once.

An SVG file without a script. A printer, and who wants no motion, get the finished picture. The file is light or dark as
the reader's system is, or as `#only-light` or `#only-dark` behind its name says. `#still-light` and `#still-dark` do
not move: a browser that shows the file as an image may not tell it that its reader wants no motion.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from unblocked.drawing import Run, svg
from unblocked.drawing.lanes import Piece, exclusive
from unblocked.drawing.look import file_style
from unblocked.drawing.palette import LOOKS, Place
from unblocked.drawing.scene import Scene
from unblocked.drawing.summary import description
from unblocked.drawing.units import duration, ticks
from unblocked.drawing.view import View

WIDTH, LEFT, RIGHT = 540, 116, 74
"""Pixels across, and on both sides of the bars, where the words are. Few, so that a phone shows large letters."""
BAR, LANE, HEAD, FOOT, KEY = 24, 30, 34, 30, 28
"""Pixels: the height of a bar, of a lane, of a run's title, of the numbers under it, of a row of the legend."""
LETTER = 9.0
PAUSE = 0.8
"""Seconds before it begins, so that a reader has found it."""
LEAST = 1 / 100
"""The share of the time below which a piece is left out: a moving picture shows the course of things."""

_MOTION = """
text { font-size:17px; }
.g { animation:grow var(--for) linear calc(var(--at) + %(pause)ss) both; transform-box:fill-box; transform-origin:0 0; }
.e { animation:end .15s calc(var(--at) + %(pause)ss) both; }
.c { animation:run %(span)ss linear %(pause)ss both, end .3s %(after)ss reverse forwards; opacity:0; }
@keyframes grow { from { transform:scaleX(0); } }
@keyframes end { from { opacity:0; } }
@keyframes run { from { transform:none; opacity:1; } to { transform:translateX(%(wide)spx); opacity:1; } }
@media (prefers-reduced-motion:reduce) { .g,.e,.c { animation:none; } }
@media print { .g,.e,.c { animation:none; } }
[id^=still]:target~.ub :is(.g,.e,.c) { animation:none; }
[id$=light]:target~.ub { --ub-paper:none; color:#1f2328; }
[id$=dark]:target~.ub { --ub-paper:none; color:#f0f6fc; }
"""


@dataclass(frozen=True)
class Strip:
    """A part of the picture, drawn from y = 0, and its height."""

    body: str
    height: float


def moving_svg(run: Run, *, beside: Run) -> str:
    """Draw both runs on one clock, the earlier one above."""
    scene = Scene([beside, run], title="")
    span = max(view.span for view in scene.views)
    strips = [*(_run(view, span=span) for view in scene.views), _key(_places(scene, span))]
    body, y = [], 10.0
    for strip in strips:
        body.append(f'<g transform="translate(0 {svg.plain(y)})">{strip.body}</g>')
        y += strip.height
    return _file("".join(body), height=y, span=span, spoken=_spoken(scene))


def _file(body: str, *, height: float, span: float, spoken: str) -> str:
    box = f'width="{WIDTH}" height="{svg.plain(height)}" viewBox="0 0 {WIDTH} {svg.plain(height)}"'
    text = 'class="ub" fill="currentColor" font-family="sans-serif"'
    ground = f'<rect width="{WIDTH}" height="{svg.plain(height)}" rx="8" class="ub-paper" fill="#fff"/>'
    looks = "".join(f'<g id="{motion}-{page}"/>' for motion in ("only", "still") for page in ("light", "dark"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="{svg.escaped(spoken)}">'
        f"<style>{_style(span)}</style>{looks}<g {text}>{ground}{body}</g></svg>\n"
    )


def _style(span: float) -> str:
    numbers = {"pause": PAUSE, "span": svg.plain(span), "after": svg.plain(PAUSE + span), "wide": WIDTH - LEFT - RIGHT}
    return "".join(line.strip() for line in (file_style() + _MOTION % numbers).splitlines())


def _spoken(scene: Scene) -> str:
    return " ".join(f"{view.title}: {description(view)}" for view in scene.views)


def _run(view: View, *, span: float) -> Strip:
    lanes = "".join(_lane(view, n, y=HEAD + n * LANE, span=span) for n in range(len(view.lanes)))
    bottom = HEAD + len(view.lanes) * LANE
    head = svg.text(view.title, x="12", y=19, extra='font-weight="650"')
    cursor = f'<path class="c" d="M{LEFT} {HEAD - 6}V{bottom}" stroke="currentColor" stroke-width="1.5"/>'
    return Strip(f"{head}{_grid(span, bottom)}{lanes}{cursor}", bottom + FOOT + 10)


def _grid(span: float, bottom: float) -> str:
    marks = [(_x(at, span), words) for at, words in ticks(span)]
    lines = "".join(
        f'<path d="M{svg.plain(x)} {HEAD - 6}V{bottom}" stroke="currentColor" stroke-opacity=".16"/>' for x, _ in marks
    )
    extra = 'class="ub-dim" text-anchor="middle"'
    return lines + "".join(svg.text(words, x=svg.plain(x), y=bottom + 18, extra=extra) for x, words in marks)


def _lane(view: View, n: int, *, y: float, span: float) -> str:
    lane = view.lanes[n]
    seen = _seen(lane.pieces, span)
    name = svg.text(f"customer {lane.number}", x=str(LEFT - 10), y=y + 18, extra='text-anchor="end"')
    end = f'class="e" style="--at:{svg.plain(lane.done)}s" font-weight="600"'
    took = svg.text(duration(lane.request.seconds), x=svg.plain(_x(lane.done, span) + 7), y=y + 18, extra=end)
    return name + "".join(_bar(piece, y=y, span=span) for piece in seen) + took


def _bar(piece: Piece, *, y: float, span: float) -> str:
    look = LOOKS[piece.place]
    x, wide, tall = _x(piece.start, span), _x(piece.end, span) - _x(piece.start, span), BAR * look.tall
    box = (
        f'x="{svg.plain(x)}" y="{svg.plain(y + (BAR - tall) / 2)}" width="{svg.plain(wide)}" height="{svg.plain(tall)}"'
    )
    times = f"--at:{svg.plain(piece.start)}s;--for:{svg.plain(piece.end - piece.start)}s"
    return f'<rect class="g" style="{times}" {box} rx="2.5" fill="{look.colour}"/>'


def _seen(pieces: Iterable[Piece], span: float) -> list[Piece]:
    return [piece for piece in exclusive(pieces) if piece.end - piece.start > span * LEAST]


def _places(scene: Scene, span: float) -> list[Place]:
    """Give the places that are drawn, in the order of the legend."""
    drawn = {piece.place for view in scene.views for lane in view.lanes for piece in _seen(lane.pieces, span)}
    return [place for place in LOOKS if place in drawn]


def _x(moment: float, span: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * moment / span


def _key(places: list[Place]) -> Strip:
    x, y, body = 12.0, 0.0, []
    for place in places:
        wide = 28 + len(LOOKS[place].name) * LETTER + 16
        if x + wide > WIDTH:
            x, y = 12.0, y + KEY
        tall = 16 * LOOKS[place].tall
        swatch = f'<rect y="{svg.plain(9 - tall / 2)}" width="20" height="{svg.plain(tall)}" rx="2.5" '
        swatch += f'fill="{LOOKS[place].colour}"/>{svg.text(LOOKS[place].name, x="28", y=15)}'
        body.append(f'<g transform="translate({svg.plain(x)} {svg.plain(y)})">{swatch}</g>')
        x += wide
    return Strip("".join(body), y + KEY + 4)
