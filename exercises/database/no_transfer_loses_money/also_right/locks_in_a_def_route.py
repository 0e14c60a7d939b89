"""Locks both rows in a `def` route, with a sync session and SQL of its own."""

import os
from decimal import Decimal
from typing import Annotated, Self

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import CheckConstraint, Numeric, create_engine, make_url, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
Session = sessionmaker(create_engine(url))
app = FastAPI()

LOCK = text("SELECT id, balance FROM customers WHERE id IN (:payer, :payee) ORDER BY id FOR UPDATE")
MOVE = text("""
    UPDATE customers SET balance = balance + CASE id WHEN :payer THEN -CAST(:amount AS numeric) ELSE :amount END
    WHERE id IN (:payer, :payee)
""")


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
def transfer(order: Transfer) -> dict[str, Decimal]:
    values = {"payer": order.payer, "payee": order.payee, "amount": order.amount}
    with Session.begin() as session:
        rows = session.execute(LOCK, values).all()
        found = {row.id: row.balance for row in rows}
        if len(found) < 2:
            raise HTTPException(404, "There is no such customer.")
        if found[order.payer] < order.amount:
            raise HTTPException(409, "The balance is too low.")
        session.execute(MOVE, values)
    return {"balance": found[order.payer] - order.amount}
