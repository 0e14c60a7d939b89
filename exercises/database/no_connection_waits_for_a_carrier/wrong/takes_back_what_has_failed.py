"""Believes that a shipment without a price is none.

Says: is still a shipment
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=5, max_overflow=0)
Session = async_sessionmaker(engine, expire_on_commit=False)


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


@app.post("/shipments/{parcel}", status_code=201)
async def book(parcel: int) -> dict[str, Any]:
    async with Session.begin() as session:
        shipment = Shipment(parcel=parcel, state="asking")
        session.add(shipment)
    try:
        price = await ask_price(parcel)
    except HTTPException:
        async with Session.begin() as session:
            await session.delete(shipment)  # wrong: check_a_carrier_who_fails_is_noted
        raise
    async with Session.begin() as session:
        session.add(shipment)
        shipment.price, shipment.state = price, "new"
    return {"shipment": shipment.id, "price": shipment.price}
