"""Believes that a job which has run for long has died.

Says: was forgotten, because of its age
"""

from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, tuple[float, dict[str, Any]]] = {}

    def _sweep(self) -> None:
        # wrong: check_a_running_job_is_never_forgotten
        self._jobs = {job: (at, known) for job, (at, known) in self._jobs.items() if self.clock() - at < self.keep}

    def begin(self, job: str) -> bool:
        self._sweep()
        if len(self._jobs) >= self.most:
            done = [(at, job) for job, (at, known) in self._jobs.items() if known["state"] == "done"]
            if not done:
                return False
            del self._jobs[min(done)[1]]
        self._jobs[job] = (self.clock(), {"state": "running"})
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = (self.clock(), {"state": "done", "result": result})

    def get(self, job: str) -> dict[str, Any] | None:
        self._sweep()
        return self._jobs[job][1] if job in self._jobs else None

    def __len__(self) -> int:
        self._sweep()
        return len(self._jobs)
