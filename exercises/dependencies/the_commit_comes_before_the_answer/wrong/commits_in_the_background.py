"""Believes that background tasks run beside the answer: they begin when it is out.

Says: before the ledger has answered
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request

from labs.pool import Lease, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as app.state.pool:
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    async with request.app.state.pool.acquire(request.url.path) as lease:
        yield lease


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, lease: Annotated[Lease, Depends(get_lease)], tasks: BackgroundTasks) -> dict[str, int]:
    await lease.write(f"order {parcel}")
    tasks.add_task(lease.commit)  # wrong: check_nobody_has_an_answer_while_the_ledger_is_asked
    return {"ordered": parcel}


@app.delete("/orders/{parcel}")
async def cancel(parcel: int, lease: Annotated[Lease, Depends(get_lease)], tasks: BackgroundTasks) -> dict[str, int]:
    await lease.write(f"order {parcel} cancelled")
    tasks.add_task(lease.commit)
    return {"cancelled": parcel}
