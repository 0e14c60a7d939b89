"""Customers and their shipments: an attribute can be a query, and nobody awaits an attribute."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from labs.database.engine import Sess, engine
from labs.database.models import Customer, Shipment

router = APIRouter(prefix="/customers", tags=["customers"])


class ShipmentOut(BaseModel):
    """What is told of a shipment."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    parcel: int
    price: Decimal | None


class CustomerOut(BaseModel):
    """What is told of a customer."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    shipments: list[ShipmentOut]


@router.get("/lazy/{customer}", response_model=CustomerOut)
async def read_lazy(customer: int, session: Sess) -> Customer | None:
    """Read a customer; the shipments are asked for when somebody looks at them, which nobody awaits."""
    return await session.get(Customer, customer)


@router.get("/one/{customer}", response_model=CustomerOut)
async def read_one(customer: int, session: Sess) -> Customer | None:
    """Read a customer with all shipments: the second query is awaited here."""
    return await session.get(Customer, customer, options=[selectinload(Customer.shipments)])


@router.get("/each", response_model=list[CustomerOut])
async def list_each(session: Sess) -> list[Customer]:
    """List customers, and ask for the shipments of each: one query more for every customer."""
    customers = list(await session.scalars(select(Customer).order_by(Customer.id)))
    for customer in customers:
        await customer.awaitable_attrs.shipments
    return customers


@router.get("/together", response_model=list[CustomerOut])
async def list_together(session: Sess) -> list[Customer]:
    """List customers with their shipments: two queries, however many customers there are."""
    query = select(Customer).options(selectinload(Customer.shipments)).order_by(Customer.id)
    return list(await session.scalars(query))


async def open_forgetful() -> AsyncIterator[AsyncSession]:
    """Give a session as it is by default: at a commit it forgets what it knows, and asks again when it is read."""
    async with AsyncSession(engine) as session:
        yield session


@router.post("/{customer}/shipments/expired", response_model=ShipmentOut, status_code=201)
async def add_expired(customer: int, session: Annotated[AsyncSession, Depends(open_forgetful)]) -> Shipment:
    """Add a shipment in a session that forgets it at the commit."""
    shipment = Shipment(customer_id=customer, parcel=7)
    session.add(shipment)
    await session.commit()
    return shipment


@router.post("/{customer}/shipments", response_model=ShipmentOut, status_code=201)
async def add(customer: int, session: Sess) -> Shipment:
    """Add a shipment in a session that keeps what it knows."""
    shipment = Shipment(customer_id=customer, parcel=7)
    session.add(shipment)
    await session.commit()
    return shipment
