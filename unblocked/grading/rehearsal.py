"""What every answer does the first time, done once in the warm process, so that its forks need not.

Frameworks import and build much only when they are first used: of the 160 ms until a forked answer was ready, 130 ms
were imports that FastAPI makes when the first route with a parameter is added.
"""

from __future__ import annotations

import asyncio

import httpx
import requests
import uvicorn
from fastapi import FastAPI


def rehearse() -> None:
    """Build an app, answer requests with it, and make the clients. Leaves no thread and no loop behind."""
    app = FastAPI()

    @app.get("/quotes/{parcel}")
    async def quote(parcel: int) -> dict[str, float]:
        return {"price": float(parcel)}

    uvicorn.Config(app, loop="asyncio", log_config=None).load()
    asyncio.run(_ask(app))
    requests.Session().close()


async def _ask(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rehearsal") as client:
        await client.get("/quotes/7")
        await client.get("/openapi.json")
    async with httpx.AsyncClient():
        pass
