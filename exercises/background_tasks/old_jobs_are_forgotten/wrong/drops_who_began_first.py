"""Believes that a dictionary whose values are replaced stands in the order of the last change.

Says: whenever it had begun
"""

from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}
        self._ended: dict[str, float] = {}

    def _sweep(self) -> None:
        for job in [job for job, ended in self._ended.items() if self.clock() - ended > self.keep]:
            del self._jobs[job], self._ended[job]

    def begin(self, job: str) -> bool:
        self._sweep()
        if len(self._jobs) >= self.most:
            if not self._ended:
                return False
            # wrong: check_the_first_that_ended_makes_room
            first = next(job for job in self._jobs if job in self._ended)
            del self._jobs[first], self._ended[first]
        self._jobs[job] = {"state": "running"}
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = {"state": "done", "result": result}
        self._ended[job] = self.clock()

    def get(self, job: str) -> dict[str, Any] | None:
        self._sweep()
        return self._jobs.get(job)

    def __len__(self) -> int:
        self._sweep()
        return len(self._jobs)
