"""Believes that the new rate is there from the change on, so `NX` keeps the old one out.

Says: no key where none was before
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import redis.asyncio as redis
from fastapi import Body, FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
store = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
READ = text("SELECT price FROM rates WHERE zone = :zone")
keep_where_nothing_has_come = store.register_script("""
if (redis.call("GET", KEYS[1]) or "") == ARGV[1] then redis.call("SET", KEYS[1], ARGV[2], "EX", 60) end
""")
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
    seen = await store.get(key) or ""
    if seen and not seen.startswith("changed"):
        return {"zone": zone, "price": float(seen)}
    price = await find_price(zone)
    # wrong: check_what_the_store_has_lost_brings_nothing_back
    await keep_where_nothing_has_come(keys=[key], args=[seen, price])
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
    await store.set(f"rate:{zone}", f"changed {uuid4()}", ex=60)
