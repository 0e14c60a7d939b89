"""A directory that does not answer in time has not said that there is such an account: nobody comes in."""

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


async def load_account(account: int, client: Client, _: Annotated[None, Depends(check_token)]) -> dict:
    try:
        answer = await asyncio.wait_for(client.get(f"/accounts/{account}"), 0.5)
    except TimeoutError:
        raise HTTPException(504, "The directory takes too long.") from None
    if answer.status_code == 404:
        raise HTTPException(404, f"There is no account {account}.")
    if answer.is_error:
        raise HTTPException(502, "The directory does not answer.")
    return answer.json()


accounts = APIRouter(prefix="/accounts/{account}", dependencies=[Depends(load_account)])
orders = APIRouter(prefix="/orders")
labels = APIRouter(prefix="/labels")


@accounts.get("")
async def show(found: Annotated[dict, Depends(load_account)]) -> dict:
    return found


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
