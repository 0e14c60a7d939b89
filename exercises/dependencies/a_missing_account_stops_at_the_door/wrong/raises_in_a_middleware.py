"""Believes that an `HTTPException` becomes an answer wherever it is raised: in a middleware, nobody makes one of it.

Says: The account does not exist, and the customer must learn that
"""

import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

TOKENS = {"blue": 7, "red": 99}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.client:
        yield


async def get_client(request: Request) -> httpx.AsyncClient:
    return request.app.state.client


Client = Annotated[httpx.AsyncClient, Depends(get_client)]


accounts = APIRouter(prefix="/accounts/{account}")
orders = APIRouter(prefix="/orders")
labels = APIRouter(prefix="/labels")


@accounts.get("")
async def show(request: Request) -> dict:
    return request.state.account


@orders.post("/{parcel}", status_code=201)
async def order(account: int, parcel: int, client: Client) -> dict:
    return (await client.post("/ledger/commits", params={"entry": f"account {account}: order {parcel}"})).json()


@orders.get("/{parcel}")
async def track(parcel: int, client: Client) -> dict:
    return (await client.get(f"/carriers/swift/tracks/{parcel}")).json()


@labels.get("/{parcel}")
async def draw(parcel: int, client: Client) -> dict:
    return (await client.get(f"/printer/labels/{parcel}")).json()


accounts.include_router(orders)
accounts.include_router(labels)
app = FastAPI(lifespan=lifespan)
app.include_router(accounts)


@app.middleware("http")
async def door(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if below := re.match(r"/accounts/(\d+)(/|$)", request.url.path):
        owner = TOKENS.get(request.headers.get("x-token", ""))
        if owner != int(below[1]):
            return JSONResponse({"detail": "Not for you."}, status_code=403 if owner else 401)
        answer = await request.app.state.client.get(f"/accounts/{owner}")
        if answer.is_error:
            # wrong: check_a_missing_account_stops_at_the_door
            raise HTTPException(404 if answer.status_code == 404 else 502)
        request.state.account = answer.json()
    return await call_next(request)
