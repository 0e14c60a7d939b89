"""Has sync sessions in a `def` route: the thread waits for the carrier, and no connection does."""

import os
from decimal import Decimal
from typing import Any

import httpx
from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
engine = create_engine(url, pool_size=5, max_overflow=0)
Session = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Shipment(Base):
    __tablename__ = "shipments"

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel: Mapped[int]
    price: Mapped[Decimal | None]
    state: Mapped[str]


carriers = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=60)
app = FastAPI()


def ask_price(parcel: int) -> Decimal:
    try:
        answer = carriers.get("/carriers/swift/quote", params={"parcel": parcel})
        answer.raise_for_status()
    except httpx.HTTPError:
        raise HTTPException(502, "The carrier names no price.") from None
    return Decimal(str(answer.json()["price"]))


@app.post("/shipments/{parcel}", status_code=201)
def book(parcel: int) -> dict[str, Any]:
    with Session.begin() as session:
        shipment = Shipment(parcel=parcel, state="asking")
        session.add(shipment)
    try:
        price = ask_price(parcel)
    except HTTPException:
        with Session.begin() as session:
            session.add(shipment)
            shipment.state = "failed"
        raise
    with Session.begin() as session:
        session.add(shipment)
        shipment.price, shipment.state = price, "new"
    return {"shipment": shipment.id, "price": shipment.price}
