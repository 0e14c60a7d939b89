"""Believes that a bound is kept by dropping the oldest entry, whatever it is.

Says: or to make room
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._ended: dict[str, float] = {}

    def _sweep(self) -> None:
        for job in [job for job, ended in self._ended.items() if self.clock() - ended > self.keep]:
            del self._jobs[job], self._ended[job]

    def begin(self, job: str) -> bool:
        self._sweep()
        while len(self._jobs) >= self.most:
            first, _ = self._jobs.popitem(last=False)  # wrong: check_a_running_job_is_never_forgotten
            self._ended.pop(first, None)
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
