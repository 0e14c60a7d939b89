"""Bookings: a shipment is written down, and a carrier is asked for its price, who takes his time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
from fastapi import APIRouter

from labs.database.engine import Carriers, Session
from labs.database.models import Shipment

router = APIRouter(prefix="/bookings", tags=["bookings"])


async def ask_price(carriers: httpx.AsyncClient, parcel: int) -> Decimal:
    """Ask a carrier for the price of a parcel."""
    answer = await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return Decimal(str(answer.json()["price"]))


@router.post("/inside/{parcel}", status_code=201)
async def book_inside(parcel: int, carriers: Carriers) -> dict[str, Any]:
    """Book a parcel in one transaction: its connection is held while the carrier thinks."""
    async with Session.begin() as session:
        shipment = Shipment(customer_id=1, parcel=parcel)
        session.add(shipment)
        await session.flush()
        shipment.price = await ask_price(carriers, parcel)
    return {"shipment": shipment.id, "price": shipment.price}


@router.post("/between/{parcel}", status_code=201)
async def book_between(parcel: int, carriers: Carriers) -> dict[str, Any]:
    """Book a parcel in two transactions, and ask the carrier between them: nothing is held meanwhile."""
    async with Session.begin() as session:
        shipment = Shipment(customer_id=1, parcel=parcel, state="asking")
        session.add(shipment)
    price = await ask_price(carriers, parcel)
    async with Session.begin() as session:
        session.add(shipment)
        shipment.price, shipment.state = price, "new"
    return {"shipment": shipment.id, "price": shipment.price}
