from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from labs.pool import Lease, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as app.state.pool:
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    async with request.app.state.pool.acquire(request.url.path) as lease:
        yield lease
        # TODO: Have the ledger keep what was written before the customer has an answer.
        await lease.commit()  # raises `LedgerError` when the ledger does not keep it


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel}")
    return {"ordered": parcel}


@app.delete("/orders/{parcel}")
async def cancel(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel} cancelled")
    return {"cancelled": parcel}
