"""Believes that a customer who has waited long enough may be told that all is well.

Says: before the ledger has answered
"""

import asyncio
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
        try:
            async with asyncio.timeout(0.5):
                await lease.commit()
        except TimeoutError:  # wrong: check_nobody_has_an_answer_while_the_ledger_is_asked
            return
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
