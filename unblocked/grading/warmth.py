"""What answers and checks use, imported and used once beforehand, so that the forks of this process need not.

Frameworks import and build much only when they are first used: of the 160 ms until a forked answer was ready, 130 ms
were imports that FastAPI makes when the first route with a parameter is added.
"""

from __future__ import annotations

import asyncio
import importlib

_MODULES = (
    "aiohttp.web", "anyio._backends._asyncio", "anyio.pytest_plugin", "asyncio", "fastapi", "fastapi.testclient",
    "httpx", "httpx2", "pydantic_settings", "pytest", "requests", "uvicorn.lifespan.on", "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto", "unblocked.recorder",
    "unblocked.server.process",
)  # fmt: skip

_ROLES = ("loaded", "overseer", "suite_run", "suite_runner", "trial")


def import_all() -> None:
    """Import what an answer may use; where that was done, it costs nothing."""
    for module in _MODULES:
        importlib.import_module(module)


def warm_up() -> None:
    """Import everything, build an app, answer requests with it. Leaves no thread and no loop behind."""
    import_all()
    for role in _ROLES:
        importlib.import_module(f"unblocked.grading.{role}")
    _rehearse()


def _rehearse() -> None:
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
