"""Figures: those that a learner writes, read with good will, and those that were measured, written to be read."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from decimal import Decimal
from numbers import Real

from unblocked.faults import Fault

_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0}
_SECONDS |= {"ms": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3, "min": 60.0, "minute": 60.0, "minutes": 60.0}
_NUMBER = dict.fromkeys(["", "/s", "a second", "per second", "rps", "request", "requests", "customers", "threads"], 1.0)
_UNITS = {"seconds": _SECONDS, "number": _NUMBER}

_MOST = {"seconds": 86_400.0, "number": 1e9}

_WANTED = {
    "seconds": "a number of seconds, such as `seconds=0.5`",
    "number": "a number, such as `number=40`",
    "choice": 'the letter of one choice in quotes, such as `choice="b"`',
}
_BLANK = {
    "seconds": "your number of seconds",
    "number": "your number",
    "choice": 'the letter of your choice in quotes, such as `"b"`,',
}

_WRITTEN = re.compile(r"(?:about|ca\.?|~|≈)?\s*([-+]?(?:\d[\d,_]*(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?)\s*(\D*)")


class Unclear(Fault):
    """What was given is no answer, or not yet; the message asks for one."""


def understood(unit: str, given: object) -> float | str:
    """Return the value that a learner means, in `unit`: "seconds", "number" or "choice".

    Raises `Unclear` for everything that is no such value, and for the `...` that stands there until somebody answers.

    >>> understood("seconds", "500 ms"), understood("seconds", "0,5"), understood("choice", "B)")
    (0.5, 0.5, 'b')
    """
    if given is ... or (isinstance(given, str) and given.strip() in {"", "...", "…"}):
        blank = f"Replace the `...` with {_BLANK[unit]} and run this cell again."
        raise Unclear(f"{blank} A wrong guess is worth more than none.")
    return _choice(given) if unit == "choice" else _bounded(unit, _float(unit, given))


def written(value: float, unit: str) -> str:
    """Return a figure as it is read: three digits that count, and its unit.

    >>> written(2.5312, "seconds"), written(0.00042, "seconds"), written(1, "requests"), written(487.31, "a second")
    ('2.53 s', '0.00042 s', '1 request', '487 a second')
    """
    digits = f"{value:.0f}" if abs(value) >= 100 else format(Decimal(f"{value:.3g}"), "f")
    if unit == "requests" and digits == "1":
        return "1 request"
    return {"seconds": f"{digits} s", "number": digits}.get(unit, f"{digits} {unit}")


def ratio(said: float, was: float, unit: str) -> str:
    """Return what a measurement is, seen from a prediction; empty where there is nothing to divide.

    >>> ratio(0.5, 2.53, "seconds"), ratio(2.5, 0.5, "seconds"), ratio(60, 60, "requests")
    ('5.1 times as long', '20 % of that', 'as you said')
    """
    if written(said, unit) == written(was, unit):
        return "as you said"
    if not said or not was:
        return ""
    times = was / said
    if 0.95 <= times <= 1.05:
        return "very close"
    if times > 1:
        return f"{times:,.{0 if times >= 100 else 1}f} times as {'long' if unit == 'seconds' else 'many'}"
    return f"{times:.0%} of that".replace("%", " %") if times >= 0.01 else "less than 1 % of that"


def _float(unit: str, given: object) -> float:
    if isinstance(given, str):
        return _parsed(unit, given)
    if isinstance(given, timedelta) and unit == "seconds":
        return given.total_seconds()
    if isinstance(given, bool) or not isinstance(given, Real | Decimal):
        raise _unreadable(unit, given)
    try:
        return float(given)
    except OverflowError:
        return math.inf if given > 0 else -math.inf  # type: ignore[operator]  # typeshed has no order for Real
    except ValueError:  # a decimal that signals that it is none
        return math.nan


def _parsed(unit: str, given: str) -> float:
    """Read "2 s", "0,5", "~500 ms", "1,000"."""
    match = _WRITTEN.fullmatch(given.strip().lower().replace("\u2212", "-")[:40])  # a minus may be typeset
    factor = match and _UNITS[unit].get(match[2].strip(" ."))
    if not match or factor is None:
        raise _unreadable(unit, given)
    digits = match[1].replace("_", "")
    thousands = unit == "number" and re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", digits)
    try:
        return float(digits.replace(",", "" if thousands else ".")) * factor
    except ValueError:  # two commas that are no thousands, or a comma and a point
        raise _unreadable(unit, given) from None


def _bounded(unit: str, value: float) -> float:
    most = f"{_MOST[unit]:.0f}"
    if math.isnan(value):
        raise Unclear(f"`nan` can never be measured: give {_WANTED[unit]}.")
    if value < 0:
        raise Unclear(f"Nothing that is measured here is below 0: give {_WANTED[unit]}.")
    if value > _MOST[unit]:
        raise Unclear(f"That is more than a run here can show (at most {most}): give {_WANTED[unit]}.")
    return value + 0.0  # no minus before a zero


def _choice(given: object) -> str:
    if not isinstance(given, str):
        raise _unreadable("choice", given)
    choice = given.strip().strip("()[].:").strip()
    if not choice or len(choice) > 40 or not choice.isprintable():
        raise _unreadable("choice", given)
    return choice.lower() if len(choice) == 1 else choice


def _unreadable(unit: str, given: object) -> Unclear:
    what = f"“{given[:40]}”" if isinstance(given, str) else f"a value of type `{type(given).__name__}`"
    return Unclear(f"This wants {_WANTED[unit]}, and {what} is not that.")
