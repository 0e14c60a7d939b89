"""Has no `yield` at all: who wants something kept says what, and waits for it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request

from labs.pool import LedgerError, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as app.state.pool:
        yield


class Ledger:
    def __init__(self, request: Request) -> None:
        self.pool: Pool = request.app.state.pool

    async def keep(self, entry: str) -> None:
        async with self.pool.acquire(entry) as lease:
            await lease.write(entry)
            try:
                await lease.commit()
            except LedgerError:
                raise HTTPException(503, "The ledger did not keep it.") from None


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, ledger: Annotated[Ledger, Depends()]) -> dict[str, int]:
    await ledger.keep(f"order {parcel}")
    return {"ordered": parcel}


@app.delete("/orders/{parcel}")
async def cancel(parcel: int, ledger: Annotated[Ledger, Depends()]) -> dict[str, int]:
    await ledger.keep(f"order {parcel} cancelled")
    return {"cancelled": parcel}
