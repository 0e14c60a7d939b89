"""What a table says of a result, figure by figure, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from unblocked.records import Request

if TYPE_CHECKING:
    from unblocked.traffic.result import Result

Row = tuple[str, list[str]]
"""What it says, and a cell for each result."""

_TIMES = "\N{MULTIPLICATION SIGN}"
_LEAST = {50: 3, 95: 20, 99: 100}
"""How many requests a percentile needs: with fewer it would be another name for the slowest one."""


def figures(results: Sequence[Result]) -> list[Row]:
    """Give the rows; what would say nothing of any result is left out."""
    rows = [(name, [cell(result) for result in results]) for name, cell in _ROWS]
    return [(name, cells) for name, cells in rows if any(cells)]


def listed(number: int, request: Request) -> list[str]:
    """Give a request's number, what it asked for, its time, and what came back."""
    return [str(number), f"{request.method} {request.path}", _seconds(request.seconds), _back(request)]


def _back(request: Request) -> str:
    return request.cause or f"status {request.status}"


def _seconds(seconds: float) -> str:
    from unblocked.drawing.units import duration

    if math.isnan(seconds):
        return ""
    return duration(seconds) if math.isfinite(seconds) else "no answer"


def _sent(result: Result) -> str:
    count = f"{len(result.requests):,}"
    if result.offered:
        return f"{count}, {result.offered:g} a second"
    return count if len(result.requests) == 1 else f"{count} at once"


def _answered(result: Result) -> str:
    if not result.requests:
        return ""
    return f"{result.answered:,} ({_per_cent(result.success)})"


def _per_cent(share: float) -> str:
    """Write a share so that only all of them are 100 % and only none are 0 %."""
    rounded = f"{100 * share:.0f}"
    if share < 1 and rounded == "100":
        return "more than 99 %"
    return "less than 1 %" if share > 0 and rounded == "0" else f"{rounded} %"


def _failed(result: Result) -> str:
    if not result.failed:
        return ""
    if len(result.causes) == 1:
        return f"{result.failed:,} ({next(iter(result.causes))})"
    return f"{result.failed:,} ({', '.join(f'{count:,} {_TIMES} {cause}' for cause, count in result.causes.items())})"


def _throughput(result: Result) -> str:
    if math.isnan(result.throughput):
        return ""
    return f"{result.throughput:.3g}" if result.throughput < 100 else f"{result.throughput:,.0f}"


def _slowest(result: Result) -> str:
    if not result.requests:
        return ""
    longest = max(result.requests, key=lambda request: request.seconds)
    return _seconds(longest.seconds) + (f" ({longest.cause})" if longest.cause else "")


def _percentile(p: int) -> Callable[[Result], str]:
    return lambda result: _seconds(result.percentile(p)) if len(result.requests) >= _LEAST[p] else ""


_ROWS: list[tuple[str, Callable[[Result], str]]] = [
    ("requests", _sent),
    ("answered", _answered),
    ("failed", _failed),
    ("answers a second", _throughput),
    ("first answer", lambda result: _seconds(result.first)),
    ("median", _percentile(50)),
    ("95th percentile", _percentile(95)),
    ("99th percentile", _percentile(99)),
    ("slowest", _slowest),
    ("what it said", lambda result: result.said),
]
