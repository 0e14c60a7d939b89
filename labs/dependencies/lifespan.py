"""What lives as long as the app: made before the first request, closed after the last."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from labs.dependencies.clients import build_client
from labs.dependencies.settings import read_settings
from labs.pool import Pool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Build one client and open one ledger, for all requests."""
    settings = read_settings().ledger
    async with build_client("lifespan") as client, Pool(settings.leases, timeout=settings.patience) as ledger:
        app.state.client, app.state.ledger = client, ledger  # built once, closed when the app ends
        yield
