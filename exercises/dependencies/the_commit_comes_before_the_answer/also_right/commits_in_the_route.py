from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request

from labs.pool import Lease, LedgerError, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as app.state.pool:
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    async with request.app.state.pool.acquire(request.url.path) as lease:
        yield lease


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel}")
    try:
        await lease.commit()
    except LedgerError as error:
        raise HTTPException(503, str(error)) from error
    return {"ordered": parcel}


@app.delete("/orders/{parcel}")
async def cancel(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel} cancelled")
    try:
        await lease.commit()
    except LedgerError as error:
        raise HTTPException(503, str(error)) from error
    return {"cancelled": parcel}
