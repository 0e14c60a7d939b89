"""Believes that the event loop's time is the clock's.

Says: whatever any other clock shows
"""

import asyncio
from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}
        self._ended: dict[str, float] = {}

    def _forget(self, job: str) -> None:
        self._jobs.pop(job, None)
        self._ended.pop(job, None)

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
        # wrong: check_what_is_done_is_forgotten_in_time
        asyncio.get_running_loop().call_later(self.keep, self._forget, job)

    def get(self, job: str) -> dict[str, Any] | None:
        return self._jobs.get(job)

    def __len__(self) -> int:
        return len(self._jobs)
