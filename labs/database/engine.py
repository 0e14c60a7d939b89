"""The engine: one a process, with a pool of connections; and the sessions that are made from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from labs.database.settings import settings

engine = create_async_engine(
    settings.database_url,
    poolclass=AsyncAdaptedQueuePool,
    pool_size=settings.pool_size,
    max_overflow=settings.max_overflow,
    pool_timeout=settings.pool_timeout,
)
Session = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the client that asks the carriers, and close the engine's connections in the end."""
    async with httpx.AsyncClient(base_url=settings.carriers_url, timeout=30) as carriers:
        app.state.carriers = carriers
        yield
    await engine.dispose()


async def open_session() -> AsyncIterator[AsyncSession]:
    """Give a session that lasts as long as the request: it takes a connection when it is first used."""
    async with Session() as session:
        yield session


def read_carriers(request: Request) -> httpx.AsyncClient:
    """Give the client that asks the carriers."""
    client: httpx.AsyncClient = request.app.state.carriers
    return client


Sess = Annotated[AsyncSession, Depends(open_session)]
Carriers = Annotated[httpx.AsyncClient, Depends(read_carriers)]
