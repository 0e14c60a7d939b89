import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import redis.asyncio as redis
from fastapi import FastAPI
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
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


@app.get("/shipments")
async def search(city: str) -> dict[str, Any]:
    # TODO: Give pages by a cursor, keep them in the store, and ask the database once for all who ask the same at once.
    page = select(Shipment).where(Shipment.city == city).order_by(Shipment.created_at, Shipment.id)
    async with Session() as session:
        found = (await session.scalars(page)).all()
    return {"rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in found], "next": None}
