"""Asks in SQL, writes cursors that can be read, for one city each, and keeps a hash of the page as its name."""

import asyncio
import hashlib
import json
import os
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import redis.asyncio as redis
from fastapi import FastAPI, HTTPException, Query
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
store = redis.Redis.from_url(
    os.environ["REDIS_URL"],
    decode_responses=True,
    socket_timeout=0.5,
    socket_connect_timeout=0.5,
    retry=Retry(NoBackoff(), 0),
)
PAGE = text(
    "SELECT id, parcel, created_at FROM shipments WHERE city = :city AND (created_at, id) > (:moment, :number) "
    "ORDER BY created_at, id LIMIT :count"
)
BEGIN = (datetime(1970, 1, 1), 0)  # noqa: DTZ001  # the table has no zones
app = FastAPI()
under_way: dict[str, asyncio.Future[dict[str, Any]]] = {}


def read(cursor: str, city: str) -> tuple[datetime, int]:
    try:
        moment, number, meant = cursor.split("|", 2)
        place = datetime.fromisoformat(moment), int(number)
    except ValueError:
        raise HTTPException(422, "This is no cursor.") from None
    if meant != city or place[0].tzinfo or not 0 < place[1] < 2**31:
        raise HTTPException(422, "This is no cursor of this city.")
    return place


async def find(city: str, place: tuple[datetime, int], size: int) -> dict[str, Any]:
    asked = {"city": city, "moment": place[0], "number": place[1], "count": size + 1}
    async with engine.connect() as connection:
        found = (await connection.execute(PAGE, asked)).all()
    last = found[size - 1] if len(found) > size else None
    return {
        "rows": [{"id": row.id, "parcel": row.parcel} for row in found[:size]],
        "next": f"{last.created_at.isoformat()}|{last.id}|{city}" if last else None,
    }


async def look_find_keep(key: str, city: str, place: tuple[datetime, int], size: int) -> dict[str, Any]:
    try:
        with suppress(RedisError):
            if kept := await store.hget(key, "page"):
                return json.loads(kept)
        page = await find(city, place, size)
        with suppress(RedisError):
            async with store.pipeline() as pipe:
                pipe.hset(key, "page", json.dumps(page))
                pipe.expire(key, 50)
                await pipe.execute()
        return page
    finally:
        del under_way[key]


@app.get("/shipments")
async def search(city: str, size: Annotated[int, Query(ge=1, le=100)] = 20, after: str = "") -> dict[str, Any]:
    place = read(after, city) if after else BEGIN
    key = hashlib.sha256(repr((city, size, after)).encode()).hexdigest()
    if key not in under_way:
        under_way[key] = asyncio.ensure_future(look_find_keep(key, city, place, size))
    return await asyncio.shield(under_way[key])
