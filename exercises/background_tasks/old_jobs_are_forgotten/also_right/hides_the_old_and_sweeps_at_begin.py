from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, dict[str, Any]] = {}
        self._over: dict[str, float] = {}

    def _fresh(self, job: str) -> bool:
        return job not in self._over or self.clock() < self._over[job]

    def begin(self, job: str) -> bool:
        for old in [each for each in self._jobs if not self._fresh(each)]:
            del self._jobs[old], self._over[old]
        if len(self._jobs) >= self.most:
            if not self._over:
                return False
            first = next(iter(self._over))
            del self._jobs[first], self._over[first]
        self._jobs[job] = {"state": "running"}
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = {"state": "done", "result": result}
        self._over[job] = self.clock() + self.keep

    def get(self, job: str) -> dict[str, Any] | None:
        return self._jobs.get(job) if self._fresh(job) else None

    def __len__(self) -> int:
        return sum(map(self._fresh, self._jobs))
