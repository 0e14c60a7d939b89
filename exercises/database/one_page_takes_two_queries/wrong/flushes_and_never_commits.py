"""Believes that what has an id is kept.

Says: What is not committed is not there
"""

import os
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, HTTPException
from sqlalchemy import ForeignKey, Identity, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

Session = async_sessionmaker(create_async_engine(os.environ["DATABASE_URL"]), expire_on_commit=False)


class Base(AsyncAttrs, DeclarativeBase):
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)


class Shipment(Base):
    __tablename__ = "shipments"
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    parcel: Mapped[int]
    state: Mapped[str] = mapped_column(default="new")

    def told(self) -> dict[str, Any]:
        return {"id": self.id, "parcel": self.parcel, "state": self.state}


class Customer(Base):
    __tablename__ = "customers"
    name: Mapped[str]
    shipments: Mapped[list[Shipment]] = relationship(order_by="Shipment.id")

    def told(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "shipments": [each.told() for each in self.shipments]}


async def open_session() -> AsyncGenerator[AsyncSession]:
    async with Session() as session:
        yield session


Sess = Annotated[AsyncSession, Depends(open_session)]
app = FastAPI()


@app.get("/customers")
async def read_page(session: Sess, after: int = 0) -> list[dict[str, Any]]:
    page = (
        select(Customer)
        .options(selectinload(Customer.shipments))
        .where(Customer.id > after)
        .order_by(Customer.id)
        .limit(20)
    )
    return [customer.told() for customer in await session.scalars(page)]


@app.get("/customers/{number}")
async def read_customer(number: int, session: Sess) -> dict[str, Any]:
    customer = await session.get(Customer, number, options=[selectinload(Customer.shipments)])
    if customer is None:
        raise HTTPException(404, "There is no such customer.")
    return customer.told()


@app.post("/customers/{number}/shipments", status_code=201)
async def add_shipment(number: int, parcel: Annotated[int, Body(embed=True)], session: Sess) -> dict[str, Any]:
    shipment = Shipment(customer_id=number, parcel=parcel)
    session.add(shipment)
    await session.flush()  # wrong: check_a_new_shipment_is_answered_as_it_is
    return shipment.told()
