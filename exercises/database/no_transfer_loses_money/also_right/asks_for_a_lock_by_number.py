"""Asks for an advisory lock, so that transfers come one by one, and has the database do the sums."""

import os
from decimal import Decimal
from typing import Annotated, Self

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric, func, select, update
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"])
Session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()

TRANSFERS = 7


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


@app.post("/transfers")
async def transfer(order: Transfer) -> dict[str, Decimal]:
    async with Session.begin() as session:
        await session.execute(select(func.pg_advisory_xact_lock(TRANSFERS)))
        known = await session.scalars(select(Customer.id).where(Customer.id.in_((order.payer, order.payee))))
        if len(known.all()) < 2:
            raise HTTPException(404, "There is no such customer.")
        left = await session.scalar(
            update(Customer)
            .where(Customer.id == order.payer, Customer.balance >= order.amount)
            .values(balance=Customer.balance - order.amount)
            .returning(Customer.balance)
        )
        if left is None:
            raise HTTPException(409, "The balance is too low.")
        await session.execute(
            update(Customer).where(Customer.id == order.payee).values(balance=Customer.balance + order.amount)
        )
    return {"balance": left}
