"""Believes that a job's age is the time since it began.

Says: from the end of a job
"""

from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}
        self._begun: dict[str, float] = {}

    def _sweep(self) -> None:
        for job in list(self._jobs):
            # wrong: check_what_is_done_is_forgotten_in_time
            if self._jobs[job]["state"] == "done" and self.clock() - self._begun[job] > self.keep:
                del self._jobs[job], self._begun[job]

    def begin(self, job: str) -> bool:
        self._sweep()
        if len(self._jobs) >= self.most:
            done = [job for job, known in self._jobs.items() if known["state"] == "done"]
            if not done:
                return False
            del self._jobs[done[0]], self._begun[done[0]]
        self._jobs[job], self._begun[job] = {"state": "running"}, self.clock()
        return True

    def end(self, job: str, result: Any) -> None:
        del self._jobs[job]
        self._jobs[job] = {"state": "done", "result": result}

    def get(self, job: str) -> dict[str, Any] | None:
        self._sweep()
        return self._jobs.get(job)

    def __len__(self) -> int:
        self._sweep()
        return len(self._jobs)
