"""Sets the deadline in a middleware that shares the task of the route, so that cancelling reaches the question."""

import asyncio
import os

import httpx
from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


class Deadline:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/quotes/"):
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(0.5):
                await self.app(scope, receive, send)
        except TimeoutError:
            await JSONResponse({"detail": "The carrier does not answer."}, 504)(scope, receive, send)


app.add_middleware(Deadline)


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
