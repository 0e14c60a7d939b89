"""Believes that who asks the store for the version once more, and then keeps, does both at one moment.

Says: whether something has changed, then came the change
"""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import redis.asyncio as redis
from fastapi import Body, FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
store = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
READ = text("SELECT price FROM rates WHERE zone = :zone")
CHANGE = text("UPDATE rates SET price = :price WHERE zone = :zone")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with store, httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.customs:
        yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def find_price(zone: int) -> float:
    async with engine.connect() as connection:
        price = await connection.scalar(READ, {"zone": zone})
    if price is None:
        raise HTTPException(404, "There is no such zone.")
    (await app.state.customs.get(f"/customs/{zone}", params={"price": price})).raise_for_status()
    return float(price)


@app.get("/rates/{zone}")
async def rate(zone: int) -> dict[str, Any]:
    key = f"rate:{zone}"
    if (kept := await store.get(key)) is not None:
        return {"zone": zone, "price": float(kept)}
    await store.set(f"version:{zone}", uuid.uuid4().hex, nx=True)
    before = await store.get(f"version:{zone}")
    price = await find_price(zone)
    if before is not None and await store.get(f"version:{zone}") == before:
        await store.set(key, price, ex=60)  # wrong: check_a_reader_is_late_between_two_commands
    return {"zone": zone, "price": price}


@app.put("/rates/{zone}", status_code=204)
async def change(zone: int, price: float = Body(embed=True)) -> None:
    try:
        async with engine.begin() as connection:
            changed = await connection.execute(CHANGE, {"zone": zone, "price": price})
    except IntegrityError:
        raise HTTPException(409, "The database refuses this price.") from None
    if not changed.rowcount:
        raise HTTPException(404, "There is no such zone.")
    await store.set(f"version:{zone}", uuid.uuid4().hex)
    await store.delete(f"rate:{zone}")
