"""Believes that what does not need the account can begin meanwhile: an order that is sent cannot be taken back.

Says: by the time the door is shut
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request

TOKENS = {"blue": 7, "red": 99}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.client:
        yield


async def get_client(request: Request) -> httpx.AsyncClient:
    return request.app.state.client


Client = Annotated[httpx.AsyncClient, Depends(get_client)]


async def check_token(account: int, x_token: Annotated[str | None, Header()] = None) -> None:
    if x_token not in TOKENS:
        raise HTTPException(401, "Show a token that we know.")
    if TOKENS[x_token] != account:
        raise HTTPException(403, "This token is for another account.")


async def find_account(account: int, client: httpx.AsyncClient) -> dict:
    answer = await client.get(f"/accounts/{account}")
    if answer.status_code == 404:
        raise HTTPException(404, f"There is no account {account}.")
    if answer.is_error:
        raise HTTPException(502, "The directory does not answer.")
    return answer.json()


accounts = APIRouter(prefix="/accounts/{account}", dependencies=[Depends(check_token)])
orders = APIRouter(prefix="/orders")
labels = APIRouter(prefix="/labels")


@accounts.get("")
async def show(account: int, client: Client) -> dict:
    return await find_account(account, client)


@orders.post("/{parcel}", status_code=201)
async def order(account: int, parcel: int, client: Client) -> dict:
    kept = client.post("/ledger/commits", params={"entry": f"account {account}: order {parcel}"})
    # wrong: check_a_missing_account_stops_at_the_door
    _, answer = await asyncio.gather(find_account(account, client), kept)
    return answer.json()


@orders.get("/{parcel}")
async def track(account: int, parcel: int, client: Client) -> dict:
    tracks = client.get(f"/carriers/swift/tracks/{parcel}")
    _, answer = await asyncio.gather(find_account(account, client), tracks)
    return answer.json()


@labels.get("/{parcel}")
async def draw(account: int, parcel: int, client: Client) -> dict:
    _, answer = await asyncio.gather(find_account(account, client), client.get(f"/printer/labels/{parcel}"))
    return answer.json()


accounts.include_router(orders)
accounts.include_router(labels)
app = FastAPI(lifespan=lifespan)
app.include_router(accounts)
