"""Believes that there is one time. A clock that is given can be a test's, or another computer's.

Says: whatever any other clock shows
"""

import time
from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}
        self._ended: dict[str, float] = {}

    def _sweep(self) -> None:
        # wrong: check_what_is_done_is_forgotten_in_time
        for job in [job for job, ended in self._ended.items() if time.monotonic() - ended > self.keep]:
            del self._jobs[job], self._ended[job]

    def begin(self, job: str) -> bool:
        self._sweep()
        if len(self._jobs) >= self.most:
            if not self._ended:
                return False
            oldest = min(self._ended, key=self._ended.__getitem__)
            del self._jobs[oldest], self._ended[oldest]
        self._jobs[job] = {"state": "running"}
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = {"state": "done", "result": result}
        self._ended[job] = time.monotonic()

    def get(self, job: str) -> dict[str, Any] | None:
        self._sweep()
        return self._jobs.get(job)

    def __len__(self) -> int:
        self._sweep()
        return len(self._jobs)
