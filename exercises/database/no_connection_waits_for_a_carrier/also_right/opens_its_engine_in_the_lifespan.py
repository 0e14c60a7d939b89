"""Has SQL in words, an engine that is made in the lifespan, and a price that is a number."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=5, max_overflow=0)
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.carriers:
        yield
    await app.state.engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.post("/shipments/{parcel}", status_code=201)
async def book(parcel: int) -> JSONResponse:
    asking = text("INSERT INTO shipments (parcel, state) VALUES (:parcel, 'asking') RETURNING id")
    async with app.state.engine.begin() as connection:
        number = await connection.scalar(asking, {"parcel": parcel})
    try:
        answer = await app.state.carriers.get("/carriers/swift/quote", params={"parcel": parcel})
        price = float(answer.raise_for_status().json()["price"])
    except httpx.HTTPError:
        price = None
    state = "failed" if price is None else "new"
    done = text("UPDATE shipments SET price = :price, state = :state WHERE id = :id")
    async with app.state.engine.begin() as connection:
        await connection.execute(done, {"price": price, "state": state, "id": number})
    if price is None:
        return JSONResponse({"detail": "The carrier names no price."}, 502)
    return JSONResponse({"shipment": number, "price": price}, 201)
