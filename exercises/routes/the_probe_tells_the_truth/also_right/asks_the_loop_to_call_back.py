import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request


class Probe:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.late: deque[float] = deque([0.0], maxlen=200)
        self.plan()

    def plan(self) -> None:
        self.due = self.loop.time() + 0.05
        self.handle = self.loop.call_at(self.due, self.look)

    def look(self) -> None:
        self.late.append(self.loop.time() - self.due)
        self.plan()

    def stop(self) -> None:
        self.handle.cancel()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.probe = Probe(asyncio.get_running_loop())
    try:
        yield
    finally:
        app.state.probe.stop()


app = FastAPI(lifespan=lifespan)


@app.get("/lag")
async def lag(request: Request) -> dict[str, float]:
    return {"worst": max(request.app.state.probe.late)}
