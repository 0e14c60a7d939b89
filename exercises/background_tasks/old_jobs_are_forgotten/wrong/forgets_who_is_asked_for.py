"""Believes that a job is forgotten when `get` gives nothing any more. Nobody asks for most of them again.

Says: still grows
"""

from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}
        self._ended: dict[str, float] = {}

    def begin(self, job: str) -> bool:
        if len(self._jobs) >= self.most:
            if not self._ended:
                return False
            oldest = min(self._ended, key=self._ended.__getitem__)
            del self._jobs[oldest], self._ended[oldest]
        self._jobs[job] = {"state": "running"}
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = {"state": "done", "result": result}
        self._ended[job] = self.clock()

    def get(self, job: str) -> dict[str, Any] | None:
        if job in self._ended and self.clock() - self._ended[job] > self.keep:
            del self._jobs[job], self._ended[job]
        return self._jobs.get(job)

    def __len__(self) -> int:
        # wrong: check_nothing_of_it_is_left
        return sum(job not in self._ended or self.clock() - self._ended[job] <= self.keep for job in self._jobs)
