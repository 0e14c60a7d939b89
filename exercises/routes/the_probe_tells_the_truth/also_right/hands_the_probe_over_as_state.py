from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypedDict

import anyio
from fastapi import FastAPI, Request


class Probe:
    def __init__(self) -> None:
        self.falling: list[tuple[float, float]] = []  # the worst first, then the worst after it, and so on

    def note(self, now: float, late: float) -> None:
        while self.falling and self.falling[-1][1] <= late:
            self.falling.pop()
        self.falling.append((now, late))

    def worst(self, now: float) -> float:
        self.falling = [(when, late) for when, late in self.falling if when >= now - 10]
        return self.falling[0][1] if self.falling else 0.0

    async def watch(self) -> None:
        due = anyio.current_time()
        while True:
            due = max(due, anyio.current_time()) + 0.1
            await anyio.sleep_until(due)
            self.note(anyio.current_time(), anyio.current_time() - due)


class State(TypedDict):
    probe: Probe


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
    probe = Probe()
    async with anyio.create_task_group() as group:
        group.start_soon(probe.watch)
        yield {"probe": probe}
        group.cancel_scope.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/lag")
async def lag(request: Request) -> dict[str, float]:
    return {"worst": request.state.probe.worst(anyio.current_time())}
