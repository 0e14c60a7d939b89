from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from multiprocessing import Pool

from fastapi import FastAPI, Request

from labs.parcel_sdk import plan_boxes


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    with Pool(2) as app.state.planners:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/plans/{parcel}")
def plan(parcel: int, request: Request) -> dict[str, int]:
    return {"boxes": request.app.state.planners.apply(plan_boxes, (parcel,))}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
