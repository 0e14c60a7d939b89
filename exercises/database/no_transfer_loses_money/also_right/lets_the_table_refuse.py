"""Subtracts whatever there is, and lets the table's rule refuse a balance below zero."""

import os
from decimal import Decimal
from typing import Annotated, Self

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric, update
from sqlalchemy.exc import IntegrityError
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
    amount: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]

    @model_validator(mode="after")
    def goes_to_somebody_else(self) -> Self:
        if self.payer == self.payee:
            raise ValueError("nobody pays themselves")
        return self


@app.post("/transfers")
async def transfer(order: Transfer) -> dict[str, Decimal]:
    changes = {order.payer: -order.amount, order.payee: order.amount}
    left: dict[int, Decimal | None] = {}
    try:
        async with Session.begin() as session:
            for customer in sorted(changes):
                changed = update(Customer).where(Customer.id == customer)
                changed = changed.values(balance=Customer.balance + changes[customer])
                left[customer] = await session.scalar(changed.returning(Customer.balance))
            if None in left.values():
                raise HTTPException(404, "There is no such customer.")
    except IntegrityError:
        raise HTTPException(409, "The balance is too low.") from None
    return {"balance": left[order.payer] or Decimal(0)}
