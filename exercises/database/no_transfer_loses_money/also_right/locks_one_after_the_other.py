"""Locks each row as it gets it, the lower id first, in a session that a dependency opens."""

import os
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Self

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
Session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    __table_args__ = (CheckConstraint("balance >= 0"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    balance: Mapped[Decimal] = mapped_column(Numeric(12, 2))


class Transfer(BaseModel):
    payer: int
    payee: int
    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]

    @model_validator(mode="after")
    def goes_to_somebody_else(self) -> Self:
        if self.payer == self.payee:
            raise ValueError("nobody pays themselves")
        return self


async def open_session() -> AsyncIterator[AsyncSession]:
    async with Session() as session:
        yield session


async def read(session: AsyncSession, customer: int) -> Customer:
    found = await session.get(Customer, customer, with_for_update=True)
    if found is None:
        raise HTTPException(404, "There is no such customer.")
    return found


@app.post("/transfers")
async def transfer(order: Transfer, session: Annotated[AsyncSession, Depends(open_session)]) -> dict[str, Decimal]:
    found = {customer: await read(session, customer) for customer in sorted((order.payer, order.payee))}
    payer, payee = found[order.payer], found[order.payee]
    if payer.balance < order.amount:
        raise HTTPException(409, "The balance is too low.")
    payer.balance -= order.amount
    payee.balance += order.amount
    await session.commit()
    return {"balance": payer.balance}
