"""Believes that the loop is free once another process computes, however its result is waited for.

Says: the event loop
"""

from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from labs.parcel_sdk import plan_boxes


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with ProcessPoolExecutor(max_workers=2) as planners:
        app.state.planners = planners
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/plans/{parcel}")
async def plan(parcel: int, request: Request) -> dict[str, int]:
    computing = request.app.state.planners.submit(plan_boxes, parcel)
    return {"boxes": computing.result()}  # wrong: check_health_answers_while_a_plan_is_computed


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
