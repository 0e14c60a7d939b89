"""Believes that nothing should be answered with `None`, so what is unknown gets a state of its own.

Says: A job that never began is unknown
"""

from collections.abc import Callable
from typing import Any


class Jobs:
    """What became of each job: at most so many, and for so many seconds after its end."""

    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._running: set[str] = set()
        self._done: dict[str, tuple[float, Any]] = {}  # a dictionary keeps the order: who ended first is first

    def begin(self, job: str) -> bool:
        """Note a job as running; False when so many run that there is no room."""
        self._forget_the_old()
        if len(self._running) >= self.most:
            return False
        if len(self) >= self.most:
            self._forget_the_first()
        self._running.add(job)
        return True

    def end(self, job: str, result: Any) -> None:
        """Note that a job is done, and what came of it."""
        self._running.discard(job)
        self._done[job] = (self.clock(), result)

    def get(self, job: str) -> dict[str, Any]:
        """Say what is known of a job."""
        self._forget_the_old()
        if job in self._running:
            return {"state": "running"}
        if job in self._done:
            return {"state": "done", "result": self._done[job][1]}
        return {"state": "unknown"}  # wrong: check_a_job_can_be_followed

    def __len__(self) -> int:
        """Count the jobs of which something is known."""
        self._forget_the_old()
        return len(self._running) + len(self._done)

    def _forget_the_old(self) -> None:
        while self._done and self.clock() - next(iter(self._done.values()))[0] >= self.keep:
            self._forget_the_first()

    def _forget_the_first(self) -> None:
        del self._done[next(iter(self._done))]
