from collections import OrderedDict
from collections.abc import Callable
from typing import Any


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def _sweep(self) -> None:
        for job, known in list(self._jobs.items()):
            if known["state"] == "done" and self.clock() - known["ended"] >= self.keep:
                del self._jobs[job]

    def begin(self, job: str) -> bool:
        self._sweep()
        if len(self._jobs) >= self.most:
            first = next((name for name, known in self._jobs.items() if known["state"] == "done"), None)
            if first is None:
                return False
            del self._jobs[first]
        self._jobs[job] = {"state": "running"}
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job] = {"state": "done", "result": result, "ended": self.clock()}
        self._jobs.move_to_end(job)

    def get(self, job: str) -> dict[str, Any] | None:
        self._sweep()
        known = self._jobs.get(job)
        return known and {key: value for key, value in known.items() if key != "ended"}

    def __len__(self) -> int:
        self._sweep()
        return len(self._jobs)
