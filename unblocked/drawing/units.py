"""Times, counts and ticks as people read them."""

from __future__ import annotations

import math

_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def duration(seconds: float) -> str:
    """Give a time with its unit: milliseconds below one second, seconds above, three digits.

    >>> duration(0.0004), duration(0.5061), duration(2.5), duration(75)
    ('0.40 ms', '506 ms', '2.50 s', '75.0 s')
    """
    if seconds >= 0.9995:
        return f"{_three(seconds)} s"
    return f"{_three(seconds * 1000)} ms" if seconds else "0 ms"


def _three(value: float) -> str:
    places = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    return f"{value:.{places}f}"


def share(part: float, whole: float) -> str:
    """Give a part of a whole in per cent.

    >>> share(1, 3)
    '33 %'
    """
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def number(count: int) -> str:
    """Give a small count as a word, a large one with digits in groups.

    >>> number(5), number(10000)
    ('five', '10,000')
    """
    return _WORDS[count] if count < len(_WORDS) else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """Give a count with its noun.

    >>> counted(1, "request"), counted(60, "request")
    ('one request', '60 requests')
    """
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def ticks(span: float, *, most: int = 6) -> list[tuple[float, str]]:
    """Give at most `most` + 1 round positions from 0 to `span` seconds, each with its text; the first has the unit.

    >>> ticks(0.5)
    [(0.0, '0 ms'), (0.1, '100'), (0.2, '200'), (0.3, '300'), (0.4, '400'), (0.5, '500')]
    """
    unit, size = ("s", 1.0) if span >= 0.9995 else ("ms", 0.001)
    step = _step(span / size, most=most)
    count = math.floor(span / size / step + 1e-9)
    return [(round(n * step * size, 9), f"{n * step:.10g}" + ("" if n else f" {unit}")) for n in range(count + 1)]


def _step(span: float, *, most: int) -> float:
    power: float = 10.0 ** math.floor(math.log10(max(span, 1e-9) / most))
    return next(power * lead for lead in (1, 2, 2.5, 5, 10, 20) if span / (power * lead) <= most + 1e-9)
