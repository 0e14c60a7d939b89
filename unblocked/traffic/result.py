"""What came of a run: every request, and the figures that follow from them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from unblocked.faults import Fault
from unblocked.percentiles import percentile, waits
from unblocked.records import Recording, Request
from unblocked.traffic import remarks
from unblocked.traffic.bounds import shown
from unblocked.traffic.table import Table


@dataclass(eq=False, repr=False, kw_only=True)
class Result:
    """What came of a run. All times are in seconds, and count from the moment a request was *due*.

    Failures never make the figures look better: in `percentile`, `median`, `p95` and `p99` a request that failed counts
    as slower than every answer (`math.inf`), and `slowest` is the longest that anybody waited, even in vain. Of a run
    without requests, figures are `math.nan`.

    Attributes:
        requests: every request, in the order in which they were due.
        recording: what the server recorded of them, or None for a server that records nothing.
        title: a few words for the run, such as `50/s for 4 s GET /health`.
        offered: how many requests a second were due; None for a burst, where all were due at once.
        url: where they went.
        said: the status and the beginning of the body of the first failed answer; empty if there was none.
        note: what else should be known, in a sentence: such as why there is no recording.
        ask: asks the server again for what it has recorded of these requests, as `later` does.

    Example:
        >>> result = load("http://127.0.0.1:8000", "/health", n=5)  # doctest: +SKIP
        >>> result.answered, result.slowest  # doctest: +SKIP
        (5, 0.021)

    """

    requests: list[Request]
    recording: Recording | None = None
    title: str = ""
    offered: float | None = None
    url: str = ""
    said: str = ""
    note: str = ""
    ask: Callable[[], tuple[Recording | None, str]] | None = None

    def later(self) -> Result:
        """Give the same run with all that its server has done for these requests until now: also after its answers.

        Example:
            >>> sent = load(parcel, "/invoices/queued/{n}", n=5, method="POST")  # doctest: +SKIP
            >>> parcel.wait_for_tasks()  # doctest: +SKIP
            >>> timeline(sent.later())  # doctest: +SKIP

        """
        recording, note = self.ask() if self.ask else (self.recording, self.note)
        return replace(self, recording=recording, note=note)

    @property
    def answered(self) -> int:
        """How many were answered with a status below 400, to the last byte."""
        return sum(request.ok for request in self.requests)

    @property
    def failed(self) -> int:
        """How many were not."""
        return len(self.requests) - self.answered

    @property
    def success(self) -> float:
        """The share that was answered, from 0 to 1."""
        return self.answered / len(self.requests) if self.requests else math.nan

    @cached_property
    def causes(self) -> dict[str, int]:
        """Why requests failed, and how many for each cause, most frequent first."""
        return dict(Counter(request.cause for request in self.requests if request.cause).most_common())

    @property
    def seconds(self) -> float:
        """How long the run took: from the first due moment to the last answer or failure.

        At a rate it is at least the number of requests divided by the rate: the time that was offered.
        """
        if not self.requests:
            return math.nan
        took = max(r.done for r in self.requests) - min(r.due for r in self.requests)
        return max(took, len(self.requests) / self.offered) if self.offered else took

    @property
    def throughput(self) -> float:
        """Answers a second: those below 400, divided by `seconds`."""
        return self.answered / self.seconds if self.seconds else math.nan

    @cached_property
    def _ranked(self) -> list[float]:
        return waits(self.requests)

    def percentile(self, p: float) -> float:
        """Give the time within which `p` per cent of *all* requests were answered.

        Nearest rank: always a time that was measured, never one between two. `math.inf` if fewer than `p` per cent were
        answered at all.

        Args:
            p: above 0, at most 100.

        Raises:
            Fault: it is not.

        Example:
            >>> result.percentile(90)  # doctest: +SKIP
            0.61

        """
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0 < p <= 100:
            raise Fault(f"A percentile is a number above 0 and at most 100, not {shown(p)}.")
        return percentile(self._ranked, p)

    @property
    def first(self) -> float:
        """How long the request took whose answer came first; `math.inf` if none was answered."""
        if not self.requests:
            return math.nan
        return min(((r.done, r.seconds) for r in self.requests if r.ok), default=(0.0, math.inf))[1]

    @property
    def median(self) -> float:
        """The time within which half of all requests were answered."""
        return self.percentile(50)

    @property
    def p95(self) -> float:
        """The time within which 95 % of all requests were answered. Fewer than 20 do not have one worth the name."""
        return self.percentile(95)

    @property
    def p99(self) -> float:
        """The time within which 99 % of all requests were answered. Fewer than 100 do not have one worth the name."""
        return self.percentile(99)

    @property
    def slowest(self) -> float:
        """The longest that anybody waited, for an answer or in vain: a timeout counts with all the time it took."""
        return max((request.seconds for request in self.requests), default=math.nan)

    @property
    def doubt(self) -> str:
        """Why these figures cannot be trusted, in a sentence; empty if they can."""
        return remarks.doubt(self.requests)

    @property
    def remarks(self) -> list[str]:
        """The sentences under the table: doubts, a hint, a note."""
        return [*filter(None, [self.doubt, remarks.hint(self.causes, url=self.url), self.note])]

    def timeline(self, *, beside: Any = None) -> Any:
        """Draw who waited where.

        Args:
            beside: another result, drawn on the same scale.

        Example:
            >>> blocking.timeline(beside=mended)  # doctest: +SKIP

        """
        import unblocked

        return unblocked.timeline(self, beside=beside)

    def table(self, *others: Result) -> Table:
        """Give the figures as a table, with those of other results beside them.

        Example:
            >>> blocking.table(threaded, mended)  # doctest: +SKIP

        """
        return Table([self, *others])

    def __str__(self) -> str:
        return str(self.table())

    def __repr__(self) -> str:
        return f"<Result {self.title!r}: {self.answered} of {len(self.requests)} answered>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return self.table()._repr_mimebundle_()
