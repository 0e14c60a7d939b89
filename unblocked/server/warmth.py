"""What every app uses, imported and used once beforehand, so that the forks of a process need not.

Frameworks import and build much only when they are first used: of the 160 ms until a forked answer was ready, 130 ms
were imports that FastAPI makes when the first route with a parameter is added.
"""

from __future__ import annotations

import asyncio
import importlib

MODULES = (
    "anyio._backends._asyncio", "asyncio", "fastapi", "httpx", "pydantic_settings", "requests",
    "uvicorn.lifespan.on", "uvicorn.loops.asyncio", "uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto",
    "unblocked.recorder", "unblocked.server.process",
)  # fmt: skip


OF_CELERY = (
    "celery.app.amqp", "celery.app.trace", "celery.apps.worker", "celery.backends.redis", "celery.concurrency.prefork",
    "celery.concurrency.solo", "celery.concurrency.thread", "celery.worker.autoscale", "celery.worker.consumer",
    "celery.worker.strategy", "kombu.transport.redis", "redis",
)  # fmt: skip
"""What a Celery worker and its clients use."""


OF_DATABASES = (
    "aiosqlite", "asyncpg", "psycopg", "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.ext.asyncio", "sqlalchemy.orm",
)  # fmt: skip
"""What an app uses that keeps things in a database."""


def import_all(*modules: str) -> None:
    """Import these modules, or, if none is named, those that most apps use."""
    for module in modules or MODULES:
        importlib.import_module(module)


def rehearse() -> None:
    """Serve and ask once. Afterwards there is no thread, no loop and no socket."""
    import requests
    import uvicorn
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/quotes/{parcel}")
    async def quote(parcel: int) -> dict[str, float]:
        return {"price": float(parcel)}

    uvicorn.Config(app, loop="asyncio", log_config=None).load()
    asyncio.run(_ask(app))
    requests.Session().close()


async def _ask(app: object) -> None:
    import httpx

    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://rehearsal") as client:
        await client.get("/quotes/7")
        await client.get("/openapi.json")
    async with httpx.AsyncClient():
        pass
