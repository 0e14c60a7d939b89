"""The one way in which this course computes a percentile."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from unblocked.records import Request


def waits(requests: Iterable[Request]) -> list[float]:
    """Give how long each request took, shortest first; one that failed counts as slower than every answer.

    So a timeout never makes the figures look better.
    """
    return sorted(request.seconds if request.ok else math.inf for request in requests)


def percentile(ranked: Sequence[float], p: float) -> float:
    """Give the value that p per cent of all values do not exceed, by nearest rank: always one that was measured.

    Args:
        ranked: the values, smallest first.
        p: above 0, at most 100.

    >>> percentile([1, 2, 3, 4], 50)
    2

    """
    if not ranked:
        return math.nan
    rank = math.ceil(round(p * len(ranked) / 100, 9))  # 99.9 * 1000 / 100 is a little more than 999
    return ranked[max(rank, 1) - 1]
