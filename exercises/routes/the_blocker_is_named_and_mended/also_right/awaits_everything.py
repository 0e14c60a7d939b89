import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import requests
from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from labs.parcel_sdk import draw_label

CARRIERS = os.environ["CARRIERS_URL"]

GUILTY = "/invoices/{parcel}"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)


def price_of(carrier: str, parcel: int) -> float:
    answer = requests.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel}, timeout=60)
    return answer.json()["price"]


async def duty_on(client: httpx.AsyncClient, parcel: int, country: str) -> float:
    if country == "home":
        return 0.0
    answer = await client.get("/carriers/heron/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def customs(parcel: int, request: Request, country: str = "abroad") -> dict[str, float]:
    return {"duty": await duty_on(request.app.state.client, parcel, country)}


def stops_of(parcel: int) -> Iterator[str]:
    yield f"parcel {parcel}\n"
    yield f"insured for {price_of('turtle', parcel)}\n"


@app.get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}


@app.get("/quotes/{parcel}")
async def quote(parcel: int, request: Request) -> dict[str, float]:
    return {
        "price": (await request.app.state.client.get("/carriers/swift/quote", params={"parcel": parcel})).json()[
            "price"
        ]
    }


@app.get("/labels/{parcel}")
async def label(parcel: int) -> dict[str, str]:
    return {"label": await run_in_threadpool(draw_label, parcel)}


@app.get("/tracking/{parcel}")
async def tracking(parcel: int) -> StreamingResponse:
    return StreamingResponse(stops_of(parcel), media_type="text/plain")


@app.get("/invoices/{parcel}")
async def invoice(parcel: int, request: Request, customs: Annotated[dict, Depends(customs)]) -> dict[str, float]:
    answer = await request.app.state.client.get("/carriers/owl/quote", params={"parcel": parcel})
    return {"total": round(answer.json()["price"] + customs["duty"], 2)}


@app.get("/addresses/{parcel}")
async def address(parcel: int, request: Request) -> dict[str, str | bool]:
    answer = await request.app.state.client.get(f"/addresses/{parcel}")
    return {"address": f"{parcel} Harbour Road", "known": answer.json()["ok"]}
