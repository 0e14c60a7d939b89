"""Clocks that a check moves, so that no busy machine lets a deadline pass and nobody waits for one.

An event loop takes its time from `time.monotonic`, and an answer may read any clock.
"""

from __future__ import annotations

import datetime
import selectors
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unblocked.grading.imported import Imported

MOST_TURNS = 2000
"""So many turns of the loop at one and the same moment of its clock: it never comes to rest, and is held there."""

_EPOCH = 1.7e9
"""What the wall clock shows when a driven clock begins at 0, in seconds since 1970."""


class StoppedClock:
    """The clock of an answer that has been imported; it stands still until a check moves it.

    What the answer asks of the outside world takes its real time meanwhile.
    """

    def __init__(self, answer: Imported) -> None:
        self._loop, self._moved = answer.loop, 0.0
        for name in ("monotonic", "perf_counter", "time"):
            self._stop(name, known=vars(sys.modules[Path(answer.file).stem]))

    def _stop(self, name: str, *, known: dict[str, Any]) -> None:
        real = getattr(time, name)
        begun = real()

        def stopped() -> float:
            return float(begun + self._moved)

        setattr(time, name, stopped)
        known.update({each: stopped for each, value in known.items() if value is real})

    def move(self, seconds: float) -> None:
        """Let so many seconds go by, and have the loop look what is due."""
        self._moved += seconds
        self._loop.call_soon_threadsafe(lambda: None)


class DrivenClock:
    """Time that passes when a check says so: for one event loop, and in all that `time` and `datetime` give.

    It passes only while the loop has nothing to do, up to the moment that the check has set. So a loop that is free
    comes to each of its timers at the very moment at which it is due, however busy the machine is.

    Args:
        touch: is called when the loop rests, or never comes to rest.

    Attributes:
        now: seconds, as `time.monotonic` shows them.
        until: time passes up to here.
        looks: how often the loop was woken by a timer.
        turns: how many turns it has made since time passed last.
        asked, rested: the number of the last thing that was asked of it, and of the last after which it came to rest.

    """

    def __init__(self, touch: Callable[[], None]) -> None:
        self.now = self.until = 1000.0
        self.looks = self.turns = self.asked = self.rested = 0
        self.touch = touch

    def replace_all(self) -> None:
        """Put it in the place of every clock, for this process, which ends with the check."""
        for name in ("monotonic", "perf_counter", "time"):
            base = _EPOCH if name == "time" else 0.0
            setattr(time, name, lambda base=base: base + self.now)
            setattr(time, f"{name}_ns", lambda base=base: round((base + self.now) * 1e9))
        datetime.datetime = _wall_clock(self)  # type: ignore[misc]

    def selector(self) -> selectors.BaseSelector:
        """Give an event loop's selector, whose waiting is what makes time pass."""
        return _Selector(self)

    @property
    def spins(self) -> bool:
        """Whether the loop has no rest."""
        return self.turns >= MOST_TURNS


class _Selector(selectors.DefaultSelector):
    def __init__(self, clock: DrivenClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        clock, events = self._clock, super().select(0)
        if events or timeout == 0:
            clock.turns += 1
            if clock.turns == MOST_TURNS:
                clock.touch()
                return super().select(None)  # so that whoever looks finds every task at its `await`
            return events
        clock.turns = 0
        if timeout is not None and clock.now + timeout <= clock.until:
            clock.now += timeout
            clock.looks += 1
            return events
        clock.now = max(clock.now, clock.until)
        clock.rested = clock.asked
        clock.touch()
        return super().select(None)


def _wall_clock(clock: DrivenClock) -> type[datetime.datetime]:
    """Make a `datetime` whose `now` is the check's."""
    real = datetime.datetime

    class Datetime(real):  # type: ignore[misc,valid-type]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.fromtimestamp(_EPOCH + clock.now, tz)

        @classmethod
        def utcnow(cls) -> Any:
            return real.fromtimestamp(_EPOCH + clock.now, datetime.UTC).replace(tzinfo=None)

    return Datetime
