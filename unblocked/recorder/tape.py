"""What has been recorded in this process: traces and lag, bounded in number, oldest dropped first."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from unblocked.records import Kind, Recording, Stretch, Trace

MOST_TRACES = 20_000
MOST_STRETCHES = 500
"""Per request: a stream of a million chunks must not fill the memory."""

_TICK = 0.01
_WORTH_NOTING = 0.001

current: contextvars.ContextVar[Trace | None] = contextvars.ContextVar("unblocked_trace", default=None)
"""The trace of the request on whose behalf the running code runs."""


class Tape:
    """Holds traces by id. Written by the loop and by worker threads, read by the thread that answers the owner."""

    def __init__(self) -> None:
        self.traces: dict[str, Trace] = {}
        self.lag: deque[tuple[float, float]] = deque(maxlen=MOST_TRACES)
        self.running: tuple[contextvars.Context, float] | None = None
        self.tokens = 40
        self.dropped = 0
        self._under_way: dict[int, tuple[Trace, Stretch]] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def begin(self, trace: Trace) -> None:
        """Take a new trace; the oldest one goes when there are too many."""
        with self._lock:
            self.traces[trace.id] = trace
            if len(self.traces) > MOST_TRACES:
                del self.traces[next(iter(self.traces))]
                self.dropped += 1

    def note(self, trace: Trace | None, kind: Kind, start: float, end: float, label: str = "") -> None:
        """Add a stretch to a trace; nothing where the code ran for no request."""
        if trace is not None and len(trace.stretches) < MOST_STRETCHES:
            trace.stretches.append(Stretch(kind, start, end, label))

    @contextmanager
    def stretch(self, trace: Trace | None, kind: Kind, label: str = "") -> Iterator[None]:
        """Note a stretch that lasts as long as the block; one that is not over yet is in a recording as well."""
        if trace is None:
            yield
            return
        number, start = next(self._numbers), time.perf_counter()
        self._under_way[number] = (trace, Stretch(kind, start, start, label))
        try:
            yield
        finally:
            self._under_way.pop(number, None)
            self.note(trace, kind, start, time.perf_counter(), label)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Measure from now on how late the loop comes to a callback that is due every 10 ms."""
        due = loop.time() + _TICK

        def tick(due: float) -> None:
            late = loop.time() - due
            if late > _WORTH_NOTING:
                self.lag.append((time.perf_counter(), late))
            following = max(due, loop.time()) + _TICK  # from now, not from `due`: one stall is one late tick
            loop.call_at(following, tick, following)

        loop.call_at(due, tick, due)

    def recording(self, prefix: str = "") -> Recording:
        """Give the traces whose id begins so, and the lag; what is not over yet ends now."""
        with self._lock:  # for a moment only: the loop waits for it when a request begins
            kept = list(self.traces.values())
        traces = [_copy(trace) for trace in kept if trace.id.startswith(prefix)]
        self._add_running(traces)
        return Recording(traces, list(self.lag), self.tokens, self.dropped)

    def _add_running(self, traces: list[Trace]) -> None:
        now, copies = time.perf_counter(), {trace.id: trace for trace in traces}
        under_way: list[tuple[Trace, Kind, float]] = [(t, s.kind, s.start) for t, s in list(self._under_way.values())]
        running = self.running
        trace = running[0].get(current) if running else None  # asked now: a request's first step sets it
        if running and trace:
            under_way.append((trace, "loop", running[1]))
        for owner, kind, start in under_way:
            if owner.id in copies:
                copies[owner.id].stretches.append(Stretch(kind, start, now, "still running"))


def _copy(trace: Trace) -> Trace:
    copy = Trace(trace.id, trace.method, trace.path, trace.start, trace.answered, trace.end, trace.status)
    copy.stretches = list(trace.stretches)
    return copy


TAPE = Tape()
"""The tape of this process. A server process has one; the probes write on it."""
