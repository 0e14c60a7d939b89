import asyncio
import contextlib
import os

import httpx
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse

CARRIERS = os.environ["CARRIERS_URL"]
app = FastAPI()
client = httpx.AsyncClient(timeout=30)


async def ask(parcel: int, *, tries: int = 3) -> httpx.Response:
    for attempt in range(tries):
        with contextlib.suppress(httpx.HTTPError):
            return await client.get(f"{CARRIERS}/carriers/swift/quote?parcel={parcel}")
        await asyncio.sleep(0.1 * 2**attempt)
    raise HTTPException(502, "the carrier does not answer")


@app.get("/quotes/{parcel}")
async def quote(parcel: int):
    answer = await ask(parcel)
    return JSONResponse({"price": answer.json()["price"], "currency": "EUR"})


@app.get("/health")
async def health():
    return {"ok": True}
