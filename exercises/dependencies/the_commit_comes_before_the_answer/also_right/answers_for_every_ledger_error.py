"""Has one handler for the ledger's error, wherever it is raised before the answer is out."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from labs.pool import Lease, LedgerError, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as app.state.pool:
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    async with request.app.state.pool.acquire(request.url.path) as lease:
        yield lease
        await lease.commit()


Writing = Annotated[Lease, Depends(get_lease, scope="function")]
app = FastAPI(lifespan=lifespan)


@app.exception_handler(LedgerError)
async def not_kept(_: Request, error: LedgerError) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=503)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, lease: Writing) -> dict[str, int]:
    await lease.write(f"order {parcel}")
    return {"ordered": parcel}


@app.delete("/orders/{parcel}")
async def cancel(parcel: int, lease: Writing) -> dict[str, int]:
    await lease.write(f"order {parcel} cancelled")
    return {"cancelled": parcel}
