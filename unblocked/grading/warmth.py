"""What answers and checks use, imported and used once beforehand, so that the forks of this process need not.

Frameworks import and build much only when they are first used: of the 160 ms until a forked answer was ready, 130 ms
were imports that FastAPI makes when the first route with a parameter is added.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import importlib
import ssl
from collections.abc import Iterator

_FOR_ALL = (
    "aiohttp.web", "anyio._backends._asyncio", "asyncio", "fastapi", "httpx", "pydantic_settings", "requests",
    "uvicorn.lifespan.on", "uvicorn.loops.asyncio", "uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto",
    "unblocked.recorder", "unblocked.server.process",
)  # fmt: skip
_FOR_SOME = ("anyio.pytest_plugin", "fastapi.testclient", "httpx2", "pytest")

_ROLES = ("loaded", "overseer", "trial")
_ROLES_FOR_SOME = ("suite_run", "suite_runner")


def import_all() -> None:
    """Import what an answer may use; where that was done, it costs nothing."""
    _import(*_FOR_ALL)


def warm_up() -> Iterator[None]:
    """Do it in steps, what most answers need first. After each step there is no thread and no loop."""
    _import(*_FOR_ALL, *(f"unblocked.grading.{role}" for role in _ROLES))
    _keep_certificates()
    _rehearse()
    yield from _shared()
    for module in (*_FOR_SOME, *(f"unblocked.grading.{role}" for role in _ROLES_FOR_SOME)):
        _import(module)
        yield
    yield from _shared()


def _shared() -> Iterator[None]:
    """Keep what is shared with the forks shared: the collector must not touch it any more."""
    gc.collect()
    gc.freeze()
    yield


def _import(*modules: str) -> None:
    for module in modules:
        importlib.import_module(module)


def _keep_certificates() -> None:
    """Have clients of one process share what they trust: reading it takes some 16 ms of processor time for each client.

    No answer speaks TLS: everything that it may ask is on this machine.
    """
    ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]


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
