"""Believes that a second try may go on with what the first one has read.

Says: it has read the payer's balance before
"""

import os
from decimal import Decimal
from typing import Annotated, Self

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric, update
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


@app.post("/transfers")
async def transfer(order: Transfer) -> dict[str, Decimal]:
    async with Session() as session:
        payer, payee = await session.get(Customer, order.payer), await session.get(Customer, order.payee)
    if payer is None or payee is None:
        raise HTTPException(404, "There is no such customer.")
    if payer.balance < order.amount:
        raise HTTPException(409, "The balance is too low.")
    left = {payer.id: payer.balance - order.amount, payee.id: payee.balance + order.amount}
    for _ in range(20):
        try:
            async with Session.begin() as session:
                await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
                for customer in sorted(left):  # wrong: check_what_others_change_meanwhile_counts
                    changed = update(Customer).where(Customer.id == customer)
                    await session.execute(changed.values(balance=left[customer]))
            return {"balance": left[order.payer]}
        except DBAPIError:
            continue
    raise HTTPException(503, "Too many transfers at once.")
