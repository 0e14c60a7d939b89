"""Two short transactions, and the carrier is asked between them: the first one leaves a row whose state says so.

A failure is written down in the second one, and raised when that is committed: an exception that leaves the block would
undo what was just noted.
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
    """What all tables have in common."""


class Shipment(Base):
    """A parcel on its way, with the carrier's price once that is known."""

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


async def note(shipment: Shipment, state: str, price: Decimal | None = None) -> None:
    async with Session.begin() as session:
        session.add(shipment)
        shipment.price, shipment.state = price, state


@app.post("/shipments/{parcel}", status_code=201)
async def book(parcel: int) -> dict[str, Any]:
    shipment = Shipment(parcel=parcel)
    await note(shipment, "asking")
    try:
        price = await ask_price(parcel)  # no transaction is open here, so no connection is held
    except HTTPException:
        await note(shipment, "failed")
        raise
    await note(shipment, "new", price)
    return {"shipment": shipment.id, "price": shipment.price}
