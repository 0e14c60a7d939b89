"""Believes that a customer is a row, also where shipments are joined to it.

Says: not once for each shipment
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
    few = select(Customer).where(Customer.id > after).order_by(Customer.id).limit(20).subquery()
    rows = await session.execute(
        select(few.c.id, few.c.name, Shipment)
        .outerjoin(Shipment, Shipment.customer_id == few.c.id)
        .order_by(few.c.id, Shipment.id)
    )
    # wrong: check_a_page_has_its_customers_and_their_shipments
    return [{"id": number, "name": name, "shipments": [one.told()] if one else []} for number, name, one in rows]


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
    await session.commit()
    return shipment.told()
