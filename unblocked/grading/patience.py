"""How long a check waits for an answer: until it rests, not until a stopwatch says so."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from unblocked.processes import kernel
from unblocked.processes.awake import Awake

LOOK = 0.01
"""Seconds between two looks at an answer."""

LOOKS = 5
LOOKS_WHERE_NOBODY_KNOWS = 20
"""An answer rests when all its threads and processes sleep in so many looks in a row: nothing more comes by itself."""

_FAR = 3
"""So many times its own limit an answer may work on by the clock, on a machine where nobody waits for a core."""

_MOST_CROWDED = 20.0


def stretch() -> float:
    """Say by how much a limit by the clock is to be extended, for this machine is busy now: from 1 to 20 times.

    Twenty gradings at once on two cores each get a tenth of what one alone would get: what is right and slow there
    must not be said to hang.
    """
    return min(kernel.crowding(), _MOST_CROWDED)


def _is_behind() -> bool:
    """Say whether the process that takes what is printed is busy: an answer that cannot print meanwhile sleeps."""
    overseer = os.getppid()
    return kernel.is_asleep(overseer, overseer) is False


class Patience:
    """Waits at least a while, and then for as long as the answer works, up to a limit of its own processor time.

    So an answer that is right but slow, on a machine that is busy, is not said to hang; one that works without end is.

    Args:
        least: seconds to wait in any case.
        most: seconds of processor time after which an answer that works on is given up.
        is_quiet: says whether all that the answer runs sleeps; None where nobody knows.
        spent: gives the seconds of processor time that it has used; None where nobody knows.

    """

    def __init__(
        self, *, least: float, most: float, is_quiet: Callable[[], bool | None], spent: Callable[[], float | None]
    ) -> None:
        self._awake = Awake()
        self._least, self._most = least, most
        self._is_quiet, self._spent = is_quiet, spent
        self._spent_before = spent()
        self._far = _FAR * most * stretch()
        self._looks = 0

    @classmethod
    def with_process(cls, pid: int, seconds: float) -> Patience:
        """Have patience with a whole process and its descendants; the thread that asks does not count."""
        me = threading.get_native_id()
        return cls(
            least=seconds,
            most=seconds,
            is_quiet=lambda: kernel.are_asleep(pid, but=me),
            spent=lambda: kernel.processor_time(pid),
        )

    def wait(self, event: Callable[[], object], pause: Callable[..., object]) -> bool:
        """Wait for an event as long as there is patience; say whether it came.

        Args:
            event: says whether it is there.
            pause: is called as `pause(event, limit=seconds)`, and may return before.

        """
        while not event() and not self.over:
            pause(event, limit=LOOK)
        return bool(event())

    @property
    def over(self) -> bool:
        """Whether to give up. To be asked again and again, `LOOK` seconds apart."""
        waited = self._awake()
        if waited < self._least - LOOKS * LOOK:
            return False
        quiet = self._is_quiet() and not _is_behind()
        self._looks = 0 if quiet is False else self._looks + 1
        rests = self._looks >= (LOOKS if quiet else LOOKS_WHERE_NOBODY_KNOWS)
        return waited >= self._least and (rests or waited >= self._far or self._has_worked_enough())

    def _has_worked_enough(self) -> bool:
        now = self._spent()
        return now is not None and self._spent_before is not None and now - self._spent_before >= self._most
