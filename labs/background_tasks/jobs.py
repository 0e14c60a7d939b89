"""Jobs: work that goes on after its answer, as those see it who ask how far it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any, Literal
from uuid import uuid4

from pydantic import BaseModel


class Full(RuntimeError):
    """As many jobs as are remembered at most are under way."""


class Progress(BaseModel):
    """How far a job is."""

    id: str
    state: Literal["waiting", "working", "done", "failed"] = "waiting"
    done: int = 0
    total: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more comes."""
        return self.state in {"done", "failed"}


class Job:
    """A piece of work that tells how far it is."""

    def __init__(self, job_id: str) -> None:
        self.progress = Progress(id=job_id)
        self.ended: float | None = None
        self._news = asyncio.Event()

    def tell(self, **news: Any) -> None:
        """Change what is known of it, and wake who follows it."""
        self.progress = self.progress.model_copy(update=news)
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self) -> AsyncGenerator[Progress]:
        """Give how far it is, now and after every change, until it is over."""
        while True:
            news, progress = self._news, self.progress
            yield progress
            if progress.over:
                return
            await news.wait()


class Jobs:
    """The jobs of this process: at most so many, and those that are over only for a while.

    Args:
        most: how many are remembered at once.
        keep: seconds for which a job is remembered after it is over.
        clock: gives the time; a test passes its own.

    """

    def __init__(self, *, most: int, keep: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._keep, self._clock = most, keep, clock
        self._jobs: dict[str, Job] = {}

    def begin(self) -> Job:
        """Make a new job.

        Raises:
            Full: too many are under way.

        """
        self.forget()
        if len(self._jobs) >= self._most:
            self._make_room()
        job = Job(uuid4().hex)
        self._jobs[job.progress.id] = job
        return job

    def end(self, job: Job, state: Literal["done", "failed"]) -> None:
        """Note that a job is over, and when."""
        job.ended = self._clock()
        job.tell(state=state)

    def get(self, job_id: str) -> Job | None:
        """Give a job; None for one that this process does not know."""
        self.forget()
        return self._jobs.get(job_id)

    def forget(self) -> None:
        """Forget every job that has been over for long; one that is under way stays."""
        now = self._clock()
        self._jobs = {n: job for n, job in self._jobs.items() if job.ended is None or now - job.ended < self._keep}

    def _make_room(self) -> None:
        over = [job for job in self._jobs.values() if job.ended is not None]
        if not over:
            raise Full
        oldest = min(over, key=lambda job: job.ended or 0.0)
        del self._jobs[oldest.progress.id]

    def __len__(self) -> int:
        return len(self._jobs)
