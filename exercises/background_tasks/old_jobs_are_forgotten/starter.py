from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}  # TODO: Forget what is done, in time and when there is no room.

    def begin(self, job: str) -> bool:
        self._jobs[job] = {"state": "running"}
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = {"state": "done", "result": result}

    def get(self, job: str) -> dict[str, Any] | None:
        return self._jobs.get(job)

    def __len__(self) -> int:
        return len(self._jobs)
