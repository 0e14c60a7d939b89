"""Believes that the address of a page is what it depends on.

Says: each spelling has its own page
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
from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import Field, NaiveDatetime, TypeAdapter, ValidationError
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
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
Place = TypeAdapter(tuple[NaiveDatetime, Annotated[int, Field(ge=1, lt=2**31)]])
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


def written(shipment: Shipment) -> str:
    return urlsafe_b64encode(Place.dump_json((shipment.created_at, shipment.id))).decode()


def read(cursor: str) -> tuple[datetime, int]:
    try:
        return Place.validate_json(urlsafe_b64decode(cursor))
    except (ValueError, ValidationError):  # it was cut, or is not one of ours
        raise HTTPException(422, "This is no cursor of ours.") from None


async def find_page(city: str, place: tuple[datetime, int] | None, size: int) -> str:
    page = select(Shipment).where(Shipment.city == city).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    if place is not None:
        page = page.where(tuple_(Shipment.created_at, Shipment.id) > place)
    async with Session() as session:
        found = (await session.scalars(page)).all()
    rows = found[:size]
    shown = [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows]
    return json.dumps({"rows": shown, "next": written(rows[-1]) if len(found) > size else None})


async def look_or_find(key: str, city: str, place: tuple[datetime, int] | None, size: int) -> str:
    with suppress(RedisError):
        if (kept := await store.get(key)) is not None:
            return kept
    page = await find_page(city, place, size)
    with suppress(RedisError):
        await store.set(key, page, ex=60)
    return page


@app.get("/shipments")
async def search(
    request: Request, city: str, after: str | None = None, size: Annotated[int, Query(ge=1, le=100)] = 20
) -> Response:
    place = None if after is None else read(after)
    key = f"shipments:{request.url.query}"  # wrong: check_spellings_of_a_question_are_one
    if key not in flights:
        flights[key] = asyncio.create_task(look_or_find(key, city, place, size))
        flights[key].add_done_callback(lambda _: flights.pop(key))
    return Response(await asyncio.shield(flights[key]), media_type="application/json")
