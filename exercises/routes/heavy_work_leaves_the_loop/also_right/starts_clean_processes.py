import asyncio
import multiprocessing
from collections.abc import AsyncGenerator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from labs.parcel_sdk import plan_boxes


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncGenerator[dict[str, ProcessPoolExecutor]]:
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as planners:
        yield {"planners": planners}


app = FastAPI(lifespan=lifespan)


async def get_planners(request: Request) -> ProcessPoolExecutor:
    return request.state.planners


@app.get("/plans/{parcel}")
async def plan(parcel: int, planners: Annotated[ProcessPoolExecutor, Depends(get_planners)]) -> dict[str, int]:
    return {"boxes": await asyncio.get_running_loop().run_in_executor(planners, plan_boxes, parcel)}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
