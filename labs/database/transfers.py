"""Transfers between customers: how money is lost without an error, and three ways to keep it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from labs.database.engine import Carriers, Session, engine
from labs.database.models import Customer

router = APIRouter(prefix="/transfers", tags=["transfers"])

SERIALIZATION_FAILURE = "40001"
"""What PostgreSQL calls a transaction that it undid because of another one. It may be tried again."""


class Transfer(BaseModel):
    """Who pays whom, and how much: an exact number, more than nothing."""

    payer: int
    payee: int
    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


async def read(session: AsyncSession, customer: int, *, lock: bool = False) -> Customer:
    """Read a customer, and keep others from changing it until the commit if asked to; or answer 404."""
    found = await session.get(Customer, customer, with_for_update=True if lock else None)
    if found is None:
        raise HTTPException(404, "There is no such customer.")
    return found


def pay(payer: Customer, payee: Customer, amount: Decimal) -> None:
    """Move money in memory; or answer 409."""
    if payer.balance < amount:
        raise HTTPException(409, "The balance is too low.")
    payer.balance -= amount
    payee.balance += amount


@router.post("/trusting")
async def transfer_trusting(transfer: Transfer, carriers: Carriers) -> dict[str, Any]:
    """Read both balances, wait for the bank, and write what they should be now: others have done the same."""
    async with Session.begin() as session:
        payer, payee = await read(session, transfer.payer), await read(session, transfer.payee)
        await carriers.post("/bank/checks")
        pay(payer, payee, transfer.amount)
    return {"balance": payer.balance}


@router.post("/locked")
async def transfer_locked(transfer: Transfer, carriers: Carriers) -> dict[str, Any]:
    """Read both balances and keep others from them until the commit, always in the same order."""
    async with Session.begin() as session:
        first, second = sorted((transfer.payer, transfer.payee))
        found = {each: await read(session, each, lock=True) for each in (first, second)}
        await carriers.post("/bank/checks")
        pay(found[transfer.payer], found[transfer.payee], transfer.amount)
    return {"balance": found[transfer.payer].balance}


@router.post("/conditional")
async def transfer_conditional(transfer: Transfer, carriers: Carriers) -> dict[str, Any]:
    """Wait for the bank first; then have the database subtract where there is enough, and say whether it did."""
    await carriers.post("/bank/checks")
    async with Session.begin() as session:
        taken = await session.scalar(
            update(Customer)
            .where(Customer.id == transfer.payer, Customer.balance >= transfer.amount)
            .values(balance=Customer.balance - transfer.amount)
            .returning(Customer.balance)
        )
        if taken is None:
            raise HTTPException(409, "The balance is too low.")
        added = update(Customer).where(Customer.id == transfer.payee)
        await session.execute(added.values(balance=Customer.balance + transfer.amount))
    return {"balance": taken}


@router.post("/retried")
async def transfer_retried(transfer: Transfer, carriers: Carriers) -> dict[str, Any]:
    """Let the database find out that two transfers were in each other's way, and try the undone one again."""
    await carriers.post("/bank/checks")
    for _ in range(20):
        try:
            return await _serializable(transfer)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") != SERIALIZATION_FAILURE:
                raise
    raise HTTPException(503, "Too many transfers at once.", headers={"Retry-After": "1"})


async def _serializable(transfer: Transfer) -> dict[str, Any]:
    serializable = engine.execution_options(isolation_level="SERIALIZABLE")
    async with AsyncSession(serializable, expire_on_commit=False) as session, session.begin():
        payer, payee = await read(session, transfer.payer), await read(session, transfer.payee)
        pay(payer, payee, transfer.amount)
    return {"balance": payer.balance}


@router.post("/batches")
async def transfer_batch(transfers: list[Transfer]) -> dict[str, Any]:
    """Make many transfers, each in a savepoint: one that fails is undone alone, and the report says which."""
    done, failed = [], []
    async with Session.begin() as session:
        for number, transfer in enumerate(transfers):
            try:
                async with session.begin_nested():
                    await _moved(session, transfer)
            except IntegrityError:
                failed.append(number)
            else:  # after the block: what it has to write is written at its end
                done.append(number)
    return {"done": done, "failed": failed}


async def _moved(session: AsyncSession, transfer: Transfer) -> None:
    for customer, amount in ((transfer.payer, -transfer.amount), (transfer.payee, transfer.amount)):
        changed = update(Customer).where(Customer.id == customer).values(balance=Customer.balance + amount)
        await session.execute(changed)


class Balance(BaseModel):
    """What every customer is to have."""

    balance: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


@router.put("/balances", status_code=204)
async def set_balances(wanted: Balance) -> None:
    """Give every customer the same balance, to begin again."""
    async with Session.begin() as session:
        await session.execute(update(Customer).values(balance=wanted.balance))


@router.get("/total")
async def total() -> dict[str, Decimal]:
    """Add up all balances: no transfer changes that."""
    async with Session() as session:
        return {"total": sum(await session.scalars(select(Customer.balance)), Decimal(0))}
