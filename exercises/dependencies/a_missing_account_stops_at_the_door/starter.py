import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Request

TOKENS = {"blue": 7, "red": 99}  # which account each token is for
accounts = APIRouter(prefix="/accounts/{account}")
orders = APIRouter(prefix="/orders")
labels = APIRouter(prefix="/labels")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=30) as app.state.client:
        yield


async def get_client(request: Request) -> httpx.AsyncClient:
    return request.app.state.client


Client = Annotated[httpx.AsyncClient, Depends(get_client)]


# TODO: Let in who has the token of an account that exists, and nobody else, to any of the four routes.
@accounts.get("")
async def show(account: int, client: Client) -> dict:
    return (await client.get(f"/accounts/{account}")).json()


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
app = FastAPI(lifespan=lifespan)
app.include_router(accounts)
app.include_router(labels, prefix="/accounts/{account}")
