import asyncio
from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._lock = asyncio.Lock()
        self._running: set[str] = set()
        self._done: dict[str, tuple[float, Any]] = {}

    def _sweep(self) -> None:
        self._done = {job: (at, what) for job, (at, what) in self._done.items() if self.clock() - at < self.keep}

    async def begin(self, job: str) -> bool:
        async with self._lock:
            self._sweep()
            if len(self._running) == self.most:
                return False
            if len(self._running) + len(self._done) == self.most:
                self._done.pop(next(iter(self._done)))
            self._running.add(job)
            return True

    async def end(self, job: str, result: Any) -> None:
        async with self._lock:
            self._running.remove(job)
            self._done[job] = self.clock(), result

    async def get(self, job: str) -> dict[str, Any] | None:
        async with self._lock:
            self._sweep()
            if job in self._running:
                return {"state": "running"}
            if job in self._done:
                return {"state": "done", "result": self._done[job][1]}
            return None

    def __len__(self) -> int:
        self._sweep()
        return len(self._running) + len(self._done)
