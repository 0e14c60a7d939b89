"""Believes that a session that is not async does no harm in a route that is.

Says: nobody else is served
"""

import os
from collections.abc import Generator
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, HTTPException
from sqlalchemy import ForeignKey, Identity, create_engine, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload, sessionmaker

engine = create_engine(make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg"))
new_session = sessionmaker(engine)


class Base(DeclarativeBase):
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


def open_session() -> Generator[Session]:
    with new_session() as session:
        yield session


Sess = Annotated[Session, Depends(open_session)]
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
    return [customer.told() for customer in session.scalars(page)]  # wrong: check_requests_at_once_all_have_their_page


@app.get("/customers/{number}")
async def read_customer(number: int, session: Sess) -> dict[str, Any]:
    customer = session.get(Customer, number)
    if customer is None:
        raise HTTPException(404, "There is no such customer.")
    return customer.told()


@app.post("/customers/{number}/shipments", status_code=201)
async def add_shipment(number: int, parcel: Annotated[int, Body(embed=True)], session: Sess) -> dict[str, Any]:
    shipment = Shipment(customer_id=number, parcel=parcel)
    session.add(shipment)
    session.commit()
    return shipment.told()
