"""One session and several tasks: a session is one conversation, and whoever shares it talks across the others."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from labs.database.engine import Sess, Session
from labs.database.models import Customer, Shipment

router = APIRouter(prefix="/overviews", tags=["overviews"])


async def count(session: AsyncSession, customer: int) -> int:
    """Count the shipments of a customer."""
    query = select(func.count()).where(Shipment.customer_id == customer)
    return await session.scalar(query) or 0


async def spent(session: AsyncSession, customer: int) -> Decimal:
    """Add up what a customer's shipments have cost."""
    query = select(func.coalesce(func.sum(Shipment.price), 0)).where(Shipment.customer_id == customer)
    return await session.scalar(query) or Decimal(0)


async def balance(session: AsyncSession, customer: int) -> Decimal:
    """Read a customer's balance."""
    return await session.scalar(select(Customer.balance).where(Customer.id == customer)) or Decimal(0)


@router.get("/shared/{customer}")
async def overview_shared(customer: int, session: Sess) -> dict[str, Any]:
    """Ask three questions at once, all in one session."""
    answers = await asyncio.gather(count(session, customer), spent(session, customer), balance(session, customer))
    return dict(zip(("shipments", "spent", "balance"), answers, strict=True))


@router.get("/apart/{customer}")
async def overview_apart(customer: int) -> dict[str, Any]:
    """Ask three questions at once, each in a session of its own: three connections."""

    async def ask(question: Any) -> Any:
        async with Session() as session:
            return await question(session, customer)

    answers = await asyncio.gather(ask(count), ask(spent), ask(balance))
    return dict(zip(("shipments", "spent", "balance"), answers, strict=True))


@router.get("/in-turn/{customer}")
async def overview_in_turn(customer: int, session: Sess) -> dict[str, Any]:
    """Ask three questions one after the other: one connection."""
    return {
        "shipments": await count(session, customer),
        "spent": await spent(session, customer),
        "balance": await balance(session, customer),
    }
