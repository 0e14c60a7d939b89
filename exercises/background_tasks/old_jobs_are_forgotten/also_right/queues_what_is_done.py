from collections import deque
from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}
        self._ends: deque[tuple[float, str]] = deque()

    def begin(self, job: str) -> bool:
        self._forget()
        if len(self._jobs) >= self.most and not self._ends:
            return False
        if len(self._jobs) >= self.most:
            self._jobs.pop(self._ends.popleft()[1])
        self._jobs[job] = {"state": "running"}
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = {"state": "done", "result": result}
        self._ends.append((self.clock(), job))

    def get(self, job: str) -> dict[str, Any] | None:
        self._forget()
        return self._jobs.get(job)

    def __len__(self) -> int:
        self._forget()
        return len(self._jobs)

    def _forget(self) -> None:
        while self._ends and self._ends[0][0] + self.keep < self.clock():
            self._jobs.pop(self._ends.popleft()[1])
