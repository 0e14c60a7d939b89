"""Writes statements, each in a transaction of its own, with psycopg and a new connection for each."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException
from sqlalchemy import NullPool, insert, make_url, update
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
engine = create_async_engine(url, poolclass=NullPool)


class Base(DeclarativeBase):
    pass


class Shipment(Base):
    __tablename__ = "shipments"

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel: Mapped[int]
    price: Mapped[Decimal | None]
    state: Mapped[str]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=60) as app.state.carriers:
        yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


async def ask_price(parcel: int) -> Decimal:
    try:
        answer = await app.state.carriers.get("/carriers/swift/quote", params={"parcel": parcel})
        answer.raise_for_status()
    except httpx.HTTPError:
        raise HTTPException(502, "The carrier names no price.") from None
    return Decimal(str(answer.json()["price"]))


async def execute(statement: Any) -> Any:
    async with engine.begin() as connection:
        return (await connection.execute(statement)).scalar_one()


@app.post("/shipments/{parcel}", status_code=201)
async def book(parcel: int) -> dict[str, Any]:
    number = await execute(insert(Shipment).values(parcel=parcel, state="asking").returning(Shipment.id))
    this = update(Shipment).where(Shipment.id == number).returning(Shipment.id)
    try:
        price = await ask_price(parcel)
    except HTTPException:
        await execute(this.values(state="failed"))
        raise
    await execute(this.values(price=price, state="new"))
    return {"shipment": number, "price": price}
