"""Believes that a separator tells the parts of a key from each other, whatever the parts are.

Says: the answer to another question
"""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Annotated, Any

import redis.asyncio as redis
from fastapi import FastAPI, HTTPException, Query
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy import Identity, select, tuple_
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


Place = tuple[datetime, int]
flights: dict[str, asyncio.Task[str]] = {}


def write_cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(f"{place[0].isoformat()}/{place[1]}".encode()).decode()


def read_cursor(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        moment, number = base64.b64decode(cursor, b"-_", validate=True).decode().split("/")
        place = datetime.fromisoformat(moment), int(number)
    except ValueError:
        raise HTTPException(422, "This is no cursor.") from None
    if write_cursor(place) != cursor or not 0 < place[1] < 2**31 or place[0].tzinfo:
        raise HTTPException(422, "This is no cursor.")
    return place


async def find_page(city: str, place: Place | None, size: int) -> dict[str, Any]:
    page = select(Shipment).where(Shipment.city == city).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    if place:
        page = page.where(tuple_(Shipment.created_at, Shipment.id) > tuple_(*place))
    async with Session() as session:
        found = (await session.scalars(page)).all()
    rows, more = found[:size], found[size:]
    return {
        "rows": [{"id": row.id, "parcel": row.parcel} for row in rows],
        "next": write_cursor((rows[-1].created_at, rows[-1].id)) if more else None,
    }


async def look(key: str) -> str | None:
    try:
        return await store.get(key)
    except (redis.RedisError, OSError):
        return None


async def keep(key: str, page: str) -> None:
    with suppress(redis.RedisError, OSError):
        await store.set(key, page, ex=60)


async def ask(key: str, city: str, place: Place | None, size: int) -> str:
    if (kept := await look(key)) is not None:
        return kept
    page = json.dumps(await find_page(city, place, size))
    await keep(key, page)
    return page


@app.get("/shipments")
async def search(city: str, after: str | None = None, size: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
    place = read_cursor(after)
    # wrong: check_another_question_has_another_key
    key = ":".join(str(part) for part in ("search", city, place and write_cursor(place), size) if part)
    if key not in flights:
        flights[key] = asyncio.create_task(ask(key, city, place, size))
        flights[key].add_done_callback(lambda _: flights.pop(key))
    return json.loads(await asyncio.shield(flights[key]))
