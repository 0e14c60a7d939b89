"""Late is what the clock shows beyond the moment at which a task wanted to wake, and each look begins from now."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

INTERVAL, WINDOW = 0.05, 10.0


class Probe:
    """Says how late the event loop was, at its worst, in the last ten seconds."""

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque()

    @property
    def worst(self) -> float:
        """The most seconds that a look came late."""
        return max((late for _, late in self._late), default=0.0)

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + INTERVAL  # from now: what was missed is not missed again
            await asyncio.sleep(INTERVAL)
            now = loop.time()
            self._late.append((now, now - due))
            while self._late[0][0] < now - WINDOW:
                self._late.popleft()


probe = Probe()


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
    watching = asyncio.create_task(probe.watch())
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


app = FastAPI(lifespan=lifespan)


@app.get("/lag")
async def lag() -> dict[str, float]:
    return {"worst": probe.worst}
