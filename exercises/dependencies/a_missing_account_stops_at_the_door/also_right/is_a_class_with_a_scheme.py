"""Has the token from a security scheme, which the docs show, and a class that is the door."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Security
from fastapi.security import APIKeyHeader

TOKENS = {"blue": 7, "red": 99}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.client:
        yield


async def get_client(request: Request) -> httpx.AsyncClient:
    return request.app.state.client


Client = Annotated[httpx.AsyncClient, Depends(get_client)]


token_of = APIKeyHeader(name="X-Token", auto_error=False)


class Door:
    def __init__(self, tokens: dict[str, int]) -> None:
        self.tokens = tokens

    async def __call__(self, account: int, client: Client, token: Annotated[str | None, Security(token_of)]) -> dict:
        owner = self.tokens.get(token or "")
        if owner is None:
            raise HTTPException(401, "Show a token that we know.")
        if owner != account:
            raise HTTPException(403, "This token is for another account.")
        answer = await client.get(f"/accounts/{account}")
        if answer.status_code == 404:
            raise HTTPException(404, f"There is no account {account}.")
        return answer.raise_for_status().json()


load_account = Door(TOKENS)
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
