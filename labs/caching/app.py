"""Parcel's rates: what is kept of them and where, each fault beside what mends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from labs.caching import changes, decorators, flights, limits, memory, pages, store
from labs.caching.settings import settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the client that asks the carriers, and those that ask the store."""
    async with httpx.AsyncClient(base_url=settings.carriers_url, timeout=30) as carriers, store.open_stores(app):
        app.state.carriers = carriers
        yield


app = FastAPI(title="Parcel", lifespan=lifespan)
for module in (flights, decorators, memory, store, changes, limits, pages):
    app.include_router(module.router)
app.mount("/pages/packed", pages.packed)
app.add_middleware(limits.RaisingMiddleware)
app.add_middleware(limits.LimitMiddleware, limit=settings.limit, window=settings.window)


@app.exception_handler(httpx.HTTPError)
async def blame_carrier(_: Request, __: httpx.HTTPError) -> JSONResponse:
    """Answer 502 when it is the carrier who has failed."""
    return JSONResponse({"detail": "The carrier has failed."}, status_code=502)


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}
