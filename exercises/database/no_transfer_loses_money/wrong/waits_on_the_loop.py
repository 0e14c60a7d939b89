"""Believes that a sync session in an `async def` route makes the others wait for it only.

Says: the event loop's only thread
"""

import os
from decimal import Decimal
from typing import Annotated, Self

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric, create_engine, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
Session = sessionmaker(create_engine(url), expire_on_commit=False)
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
    both = select(Customer).where(Customer.id.in_((order.payer, order.payee))).order_by(Customer.id)
    with Session.begin() as session:
        # wrong: check_what_others_change_meanwhile_counts
        found = {each.id: each for each in session.scalars(both.with_for_update())}
        payer, payee = found.get(order.payer), found.get(order.payee)
        if payer is None or payee is None:
            raise HTTPException(404, "There is no such customer.")
        if payer.balance < order.amount:
            raise HTTPException(409, "The balance is too low.")
        payer.balance -= order.amount
        payee.balance += order.amount
    return {"balance": payer.balance}
