import os
from decimal import Decimal

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import CheckConstraint, Numeric
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
    amount: float


# TODO: Move the amount that was asked for, whoever else changes the two balances at the same moment.
@app.post("/transfers")
async def transfer(order: Transfer) -> dict[str, Decimal]:
    amount = Decimal(order.amount)
    async with Session.begin() as session:
        payer = await session.get(Customer, order.payer)
        payee = await session.get(Customer, order.payee)
        if payer is None or payee is None:
            raise HTTPException(404, "There is no such customer.")
        if payer.balance < amount:
            raise HTTPException(409, "The balance is too low.")
        payer.balance -= amount
        payee.balance += amount
    return {"balance": payer.balance}
