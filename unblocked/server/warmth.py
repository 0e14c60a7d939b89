"""What every app uses, imported and used once beforehand, so that the forks of a process need not.

Frameworks import and build much only when they are first used: of the 160 ms until a forked answer was ready, 130 ms
were imports that FastAPI makes when the first route with a parameter is added.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn

MODULES = (
    "anyio._backends._asyncio", "asyncio", "fastapi", "httpx", "pydantic_settings", "requests",
    "uvicorn.lifespan.on", "uvicorn.loops.asyncio", "uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto",
    "unblocked.recorder", "unblocked.server.process",
)  # fmt: skip


OF_CELERY = (
    "billiard.popen_fork", "billiard.sharedctypes", "celery.app.amqp", "celery.app.control", "celery.app.events",
    "celery.app.log", "celery.app.trace", "celery.apps.worker", "celery.backends.redis", "celery.concurrency.prefork",
    "celery.concurrency.solo", "celery.concurrency.thread", "celery.events.receiver", "celery.fixups.django",
    "celery.worker.autoscale", "celery.worker.consumer", "celery.worker.consumer.delayed_delivery",
    "celery.worker.strategy", "kombu.pidbox", "kombu.transport.redis", "redis",
)  # fmt: skip
"""What a Celery worker and its clients use. `celery.app.control` looks for matchers among all installed packages."""


OF_DATABASES = (
    "aiosqlite", "alembic.command", "alembic.config", "asyncpg", "psycopg", "sqlalchemy.dialects.postgresql.asyncpg",
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

    config = uvicorn.Config(app, loop="asyncio", log_config=None)
    config.load()
    asyncio.run(_ask(config))
    requests.Session().close()


async def _ask(config: uvicorn.Config) -> None:
    import httpx
    from uvicorn.lifespan.on import LifespanOn

    lifespan = LifespanOn(config)
    await lifespan.startup()
    transport = httpx.ASGITransport(config.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://rehearsal") as client:
        await client.get("/quotes/7")
        await client.get("/openapi.json")
    await lifespan.shutdown()
    async with httpx.AsyncClient():
        pass
