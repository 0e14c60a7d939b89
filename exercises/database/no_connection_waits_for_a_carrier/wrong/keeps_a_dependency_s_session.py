"""Believes that a session holds nothing that has only been asked.

Says: keeps a connection until it ends
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
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


async def open_session() -> AsyncIterator[AsyncSession]:
    async with Session() as session:
        yield session


@app.post("/shipments/{parcel}", status_code=201)
async def book(parcel: int, reading: Annotated[AsyncSession, Depends(open_session)]) -> dict[str, Any]:
    number = (await reading.scalar(select(func.max(Shipment.id))) or 0) + 1
    async with Session.begin() as session:
        session.add(Shipment(id=number, parcel=parcel, state="asking"))
    try:
        price = await ask_price(parcel)  # wrong: check_no_connection_is_held_while_the_carrier_thinks
    except HTTPException:
        async with Session.begin() as session:
            await session.execute(update(Shipment).where(Shipment.id == number).values(state="failed"))
        raise
    async with Session.begin() as session:
        await session.execute(update(Shipment).where(Shipment.id == number).values(price=price, state="new"))
    return {"shipment": number, "price": price}
