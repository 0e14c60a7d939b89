from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Job:
    ended: float | None = None
    result: Any = None


class Jobs:
    def __init__(self, *, most: int, keep: float, clock: Callable[[], float]) -> None:
        self.most, self.keep, self.clock = most, keep, clock
        self._jobs: dict[str, Job] = {}

    def _known(self) -> dict[str, Job]:
        """Throw away whatever is too old, and give the rest."""
        limit = self.clock() - self.keep
        self._jobs = {name: job for name, job in self._jobs.items() if job.ended is None or job.ended >= limit}
        return self._jobs

    def begin(self, job: str) -> bool:
        known = self._known()
        if len(known) == self.most:
            done = [(each.ended, name) for name, each in known.items() if each.ended is not None]
            if not done:
                return False
            _, first = min(done)
            del known[first]
        known[job] = Job()
        return True

    def end(self, job: str, result: Any) -> None:
        self._jobs[job].ended = self.clock()
        self._jobs[job].result = result

    def get(self, job: str) -> dict[str, Any] | None:
        match self._known().get(job):
            case None:
                return None
            case Job(None, _):
                return {"state": "running"}
            case Job(_, result):
                return {"state": "done", "result": result}

    def __len__(self) -> int:
        return len(self._known())
