"""Holds the answer back in a middleware until what was written is kept."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labs.pool import Lease, LedgerError, Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with Pool(size=5) as app.state.pool:
        yield


async def get_lease(request: Request) -> AsyncGenerator[Lease]:
    async with request.app.state.pool.acquire(request.url.path) as request.state.lease:
        yield request.state.lease


class CommitFirst:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def commit_first(message: Message) -> None:
            lease: Lease | None = scope["state"].get("lease")
            if message["type"] == "http.response.start" and message["status"] < 400 and lease is not None:
                await lease.commit()
            await send(message)

        try:
            await self.app(scope, receive, commit_first if scope["type"] == "http" else send)
        except LedgerError as error:
            await JSONResponse({"detail": str(error)}, status_code=503)(scope, receive, send)


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{parcel}", status_code=201)
async def order(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel}")
    return {"ordered": parcel}


@app.delete("/orders/{parcel}")
async def cancel(parcel: int, lease: Annotated[Lease, Depends(get_lease)]) -> dict[str, int]:
    await lease.write(f"order {parcel} cancelled")
    return {"cancelled": parcel}


app.add_middleware(CommitFirst)
