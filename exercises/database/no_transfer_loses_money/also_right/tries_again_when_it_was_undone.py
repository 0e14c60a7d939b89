"""Declares the transaction serializable, and does it again from its first line where PostgreSQL has undone it."""

import os
from decimal import Decimal
from typing import Annotated, Self

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric
from sqlalchemy.exc import DBAPIError
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


async def attempt(order: Transfer) -> Decimal:
    async with Session() as session, session.begin():
        await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        payer = await session.get(Customer, order.payer)
        payee = await session.get(Customer, order.payee)
        if payer is None or payee is None:
            raise HTTPException(404, "There is no such customer.")
        if payer.balance < order.amount:
            raise HTTPException(409, "The balance is too low.")
        payer.balance -= order.amount
        payee.balance += order.amount
    return payer.balance


@app.post("/transfers")
async def transfer(order: Transfer) -> dict[str, Decimal]:
    for _ in range(20):
        try:
            return {"balance": await attempt(order)}
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") not in {"40001", "40P01"}:
                raise
    raise HTTPException(503, "Too many transfers at once.", headers={"Retry-After": "1"})
