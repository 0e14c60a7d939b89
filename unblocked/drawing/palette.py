"""The places where a request can be: their names, colours, letters and shapes. The same in every lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unblocked.records import Kind

Place = Kind | Literal["flight"]
"""A kind of stretch, or `flight`: under way, and nobody recorded where."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a place looks. Colour never stands alone: bars differ in height and pattern too, and text uses the letter.

    `tall` is the share of a bar's height, `pattern` the shapes that lie over the colour in a tile of 8 by 8 (`paper` is
    the colour of the page), `slanted` turns the tile by 45 degrees.
    """

    name: str
    colour: str
    letter: str
    tall: float
    pattern: str = ""
    slanted: bool = False


# Every colour has a contrast of about 3 or more on white, on JupyterLab's #111 and on the site's dark grey, so that no
# theme needs to be detected. Red and green differ in lightness and in height for those who see no difference in hue.
LOOKS: dict[Place, Look] = {
    "loop": Look("runs on the event loop", "#cb2f47", "█", 1.0),
    "thread": Look("runs in a worker thread", "#2f9f70", "▓", 0.8),
    "token": Look("waits for a thread", "#2f9f70", "t", 0.6, '<path d="M5 0h3v8h-3z" {paper}/>', slanted=True),
    "upstream": Look("waits for another service", "#2b7fd1", "u", 0.6),
    "connection": Look("waits for a connection", "#9445b0", "c", 0.6, '<path d="M2 0h1v8h-1zM6 0h1v8h-1z" {paper}/>'),
    "database": Look("waits for the database", "#0e8f86", "d", 0.6),
    "store": Look("waits for the store", "#7d8a16", "s", 0.6, '<path d="M0 1h8v1h-8zM0 5h8v1h-8z" {paper}/>'),
    "broker": Look(
        "waits in the broker",
        "#c08400",
        "b",
        0.6,
        '<path d="M1 1h2v2h-2zM5 1h2v2h-2zM3 5h2v2h-2zM-1 5h2v2h-2zM7 5h2v2h-2z" {paper}/>',
    ),
    "worker": Look("runs in a Celery worker", "#9a5b2e", "w", 0.8),
    "await": Look("awaits something else", "#6f97b5", "~", 0.3),
    "held": Look("has a connection", "#9445b0", "h", 0.16),
    "turn": Look("waits for its turn", "#8a8a8a", "·", 0.6),
    "flight": Look("in flight, not recorded", "#7d8590", "-", 0.45),
}
"""In the order of the legend. Read backwards it is nearly the order of painting, which is `LAYERS`."""

LAYERS: tuple[Place, ...] = (
    "flight",
    "turn",
    "await",
    "broker",
    "worker",
    "upstream",
    "token",
    "thread",
    "store",
    "connection",
    "database",
    "loop",
)
"""What is painted first, and so lies below. Where a request is at two places at once, the later one is told."""

FILLERS: frozenset[Place] = frozenset({"flight", "turn", "await"})
"""What nobody recorded, and what fills the time between recorded stretches."""

BESIDES: Place = "held"
"""What a request has while it is at one of the places: a line along the lower edge."""

LAYER: dict[Place, int] = {place: height for height, place in enumerate(LAYERS)}


def name(place: Place, label: str = "") -> str:
    """Give the words for a place, with what is done there if that is known.

    >>> name("upstream", "GET /rates")
    'waits for another service: GET /rates'
    """
    return f"{LOOKS[place].name}: {label}" if label else LOOKS[place].name


def fill(place: Place) -> str:
    """Give the `fill` of a place. `<uid>` stands for the figure's id, until the picture is done."""
    return f"url(#<uid>-{place})" if LOOKS[place].pattern else LOOKS[place].colour


def darker(place: Place) -> str:
    """Give a darker colour of the same hue, on which white words can be read.

    >>> darker("broker")
    '#7c5500'
    """
    red, green, blue = (int(LOOKS[place].colour[n : n + 2], 16) * 65 // 100 for n in (1, 3, 5))
    return f"#{red:02x}{green:02x}{blue:02x}"


def patterns(places: list[Place]) -> str:
    """Draw the `<defs>` of the places that have a pattern."""
    return f"<defs>{''.join(_pattern(place) for place in places if LOOKS[place].pattern)}</defs>"


def _pattern(place: Place) -> str:
    look = LOOKS[place]
    turned = ' patternTransform="rotate(45)"' if look.slanted else ""
    shapes = look.pattern.format(paper='class="ub-paper" fill="#fff"')
    return (
        f'<pattern id="<uid>-{place}" width="8" height="8" patternUnits="userSpaceOnUse"{turned}>'
        f'<path d="M0 0h8v8h-8z" fill="{look.colour}"/>{shapes}</pattern>'
    )
