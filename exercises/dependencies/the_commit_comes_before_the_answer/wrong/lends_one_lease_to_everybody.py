"""Believes that a lease is for the app, like a client: what one writes, and is not kept, the next one commits.

Says: Entries of orders that have failed
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request

from labs.pool import Lease, LedgerError, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as pool, pool.acquire("the app") as app.state.lease:
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    lease = request.app.state.lease
    yield lease
    try:
        await lease.commit()  # wrong: check_nothing_is_left_of_what_was_not_kept
    except LedgerError:
        raise HTTPException(503, "The ledger did not keep it.") from None


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, lease: Annotated[Lease, Depends(get_lease, scope="function")]) -> dict[str, int]:
    await lease.write(f"order {parcel}")
    return {"ordered": parcel}


@app.delete("/orders/{parcel}")
async def cancel(parcel: int, lease: Annotated[Lease, Depends(get_lease, scope="function")]) -> dict[str, int]:
    await lease.write(f"order {parcel} cancelled")
    return {"cancelled": parcel}
