"""What may be asked for: how many requests, how fast, how long. Everything else gets a sentence."""

from __future__ import annotations

import math

from unblocked.faults import Fault

MOST_REQUESTS = 20_000
MOST_RATE = 2_000
MOST_SECONDS = 120

HOW = "`n=5` sends five at once, `rate=50, seconds=4` sends 50 a second for four seconds"


def schedule(*, n: object, rate: object, seconds: object) -> tuple[int, float | None]:
    """Say how many requests are sent, and at which rate (`None`: all at the same moment).

    Raises:
        Fault: a value is out of bounds, or the values do not go together.

    >>> schedule(n=5, rate=None, seconds=None), schedule(n=None, rate=50, seconds=4)
    ((5, None), (200, 50.0))

    """
    count = None if n is None else whole("n", n, most=MOST_REQUESTS)
    pace = None if rate is None else number("rate", rate, most=MOST_RATE, unit="requests a second")
    span = None if seconds is None else number("seconds", seconds, most=MOST_SECONDS, unit="seconds")
    if count is not None and span is not None:
        raise Fault(f"`n` and `seconds` both say how many requests are sent: give one of them. {HOW}.")
    if pace is None:
        return _burst(count, span), None
    return (_many(pace, span) if count is None else _paced(count, pace)), pace


def _burst(count: int | None, span: float | None) -> int:
    if span is not None:
        raise Fault(f"`seconds` needs a `rate`: {HOW}.")
    if count is None:
        raise Fault(f"Say how many requests to send: {HOW}.")
    return count


def _many(pace: float, span: float | None) -> int:
    if span is None:
        raise Fault(f"`rate` needs `seconds` or `n`, so that it ends: {HOW}.")
    count = math.ceil(round(pace * span, 6))  # 0.1 * 30 is a little more than 3
    if count > MOST_REQUESTS:
        raise Fault(
            f"`rate={pace:g}, seconds={span:g}` makes {count} requests; at most {MOST_REQUESTS} are possible. "
            "Lower one of them."
        )
    return max(1, count)


def _paced(count: int, pace: float) -> int:
    if count / pace > MOST_SECONDS:
        raise Fault(
            f"`n={count}` at `rate={pace:g}` takes {count / pace:.0f} seconds; at most {MOST_SECONDS} are possible. "
            "Lower `n` or raise `rate`."
        )
    return count


def number(name: str, value: object, *, most: float, unit: str) -> float:
    """Give a number above 0 and up to `most`, or the fault that says so."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:  # nan is neither
        raise Fault(f"`{name}` is a number above 0 and at most {most:g} ({unit}), not {shown(value)}.")
    return float(value)


def whole(name: str, value: object, *, most: int) -> int:
    """Give a whole number from 1 to `most`, or the fault that says so."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Fault(f"`{name}` is a whole number from 1 to {most}, not {shown(value)}.")
    return value


def shown(value: object) -> str:
    """Write what was given, in backticks, cut where it is long.

    >>> shown("fifty"), shown(-1)
    ("`'fifty'`", '`-1`')
    """
    text = repr(value)
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"
