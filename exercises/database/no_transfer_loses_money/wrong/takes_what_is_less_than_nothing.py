"""Believes that nobody asks for a transfer of less than nothing.

Says: takes money from the payee
"""

import os
from decimal import Decimal
from typing import Annotated, Self

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
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
    amount: Annotated[Decimal, Field(max_digits=12, decimal_places=2)]  # wrong: check_an_amount_is_exact_or_refused

    @model_validator(mode="after")
    def goes_to_somebody_else(self) -> Self:
        if self.payer == self.payee:
            raise ValueError("nobody pays themselves")
        return self


@app.post("/transfers")
async def transfer(order: Transfer) -> dict[str, Decimal]:
    both = select(Customer).where(Customer.id.in_((order.payer, order.payee))).order_by(Customer.id)
    async with Session.begin() as session:
        found = {each.id: each for each in await session.scalars(both.with_for_update())}
        if len(found) < 2:
            raise HTTPException(404, "There is no such customer.")
        payer, payee = found[order.payer], found[order.payee]
        if payer.balance < order.amount:
            raise HTTPException(409, "The balance is too low.")
        payer.balance -= order.amount
        payee.balance += order.amount
    return {"balance": payer.balance}
