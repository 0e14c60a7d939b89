"""Believes that a cursor is a number of rows, if nobody can read it.

Says: by moment and id together
"""

import asyncio
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Annotated

import redis.asyncio as redis
from fastapi import FastAPI, HTTPException, Query, Response
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy import Identity, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
Session = async_sessionmaker(engine)
store = redis.Redis.from_url(
    os.environ["REDIS_URL"],
    decode_responses=True,
    socket_timeout=0.5,
    socket_connect_timeout=0.5,
    retry=Retry(NoBackoff(), 0),
)
flights: dict[str, asyncio.Task[str]] = {}


class Base(DeclarativeBase):
    pass


class Shipment(Base):
    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    city: Mapped[str]
    parcel: Mapped[int]
    created_at: Mapped[datetime]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with store:
        yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


def written(rows: int) -> str:
    return urlsafe_b64encode(f"rows {rows}".encode()).decode()


def read(cursor: str) -> int:
    try:
        return int(urlsafe_b64decode(cursor).decode().removeprefix("rows "))
    except ValueError:  # it was cut, or is not one of ours
        raise HTTPException(422, "This is no cursor of ours.") from None


async def find_page(city: str, place: int | None, size: int) -> str:
    page = select(Shipment).where(Shipment.city == city).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    if place is not None:
        page = page.offset(place)  # wrong: check_pages_follow_each_other
    async with Session() as session:
        found = (await session.scalars(page)).all()
    rows = found[:size]
    shown = [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows]
    return json.dumps({"rows": shown, "next": written((place or 0) + size) if len(found) > size else None})


async def look_or_find(key: str, city: str, place: int | None, size: int) -> str:
    with suppress(RedisError):
        if (kept := await store.get(key)) is not None:
            return kept
    page = await find_page(city, place, size)
    with suppress(RedisError):
        await store.set(key, page, ex=60)
    return page


@app.get("/shipments")
async def search(city: str, after: str | None = None, size: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
    place = None if after is None else read(after)
    key = "shipments:" + json.dumps([city, place, size], default=str)
    if key not in flights:
        flights[key] = asyncio.create_task(look_or_find(key, city, place, size))
        flights[key].add_done_callback(lambda _: flights.pop(key))
    return Response(await asyncio.shield(flights[key]), media_type="application/json")
