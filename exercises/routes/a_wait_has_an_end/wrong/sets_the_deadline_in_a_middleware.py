"""Believes that a middleware which gives up ends the route behind it: that goes on in a task of its own.

Says: goes on
"""

import asyncio
import os
from collections.abc import Awaitable, Callable

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

carriers = httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None)
app = FastAPI()


@app.middleware("http")
async def give_up(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    try:
        async with asyncio.timeout(0.5):  # wrong: check_no_question_is_left_at_the_carrier
            return await call_next(request)
    except TimeoutError:
        return JSONResponse({"detail": "The carrier does not answer."}, status_code=504)


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> dict[str, float]:
    answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    return {"price": answer.json()["price"]}


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}
