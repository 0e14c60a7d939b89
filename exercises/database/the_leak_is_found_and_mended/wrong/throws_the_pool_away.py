"""Believes that a new pool has all its connections back.

Says: it keeps its connection
"""

import os
from collections import deque
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

GUILTY = "/payments/{shipment}"

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=5, max_overflow=0, pool_timeout=5)
Session = async_sessionmaker(engine, expire_on_commit=False)
TAKE = text("UPDATE customers SET balance = balance - :price WHERE id = :id RETURNING balance")  # refused below 0
app = FastAPI()
refusals: deque[HTTPException] = deque(maxlen=100)  # the last ones, for the operators


class Base(DeclarativeBase): ...


class Shipment(Base):
    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int]
    price: Mapped[Decimal]
    state: Mapped[str]


@app.exception_handler(HTTPException)
async def refuse(_: Request, refusal: HTTPException) -> JSONResponse:
    refusals.append(refusal)
    await engine.dispose()
    return JSONResponse({"detail": refusal.detail}, refusal.status_code)


@app.get("/refusals")
async def list_refusals() -> list[str]:
    return [refusal.detail for refusal in refusals]


async def open_session() -> AsyncIterator[AsyncSession]:
    async with Session() as session:
        yield session


async def find(session: AsyncSession, shipment: int) -> Shipment:
    if found := await session.get(Shipment, shipment):
        return found
    raise HTTPException(404, "There is no such shipment.")


@app.get("/states/{shipment}")
async def state(shipment: int, session: Annotated[AsyncSession, Depends(open_session)]) -> dict[str, str]:
    return {"state": (await find(session, shipment)).state}


@app.get("/exports/{customer}")
async def export(customer: int) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        async with Session() as session:
            theirs = select(Shipment.id, Shipment.state).where(Shipment.customer_id == customer)
            async for number, state in await session.stream(theirs.order_by(Shipment.id)):
                yield f"{number},{state}\n"

    return StreamingResponse(lines(), media_type="text/csv")


@app.post("/payments/{shipment}")
async def pay(shipment: int) -> dict[str, Decimal]:
    session = Session()  # wrong: check_a_payment_for_no_shipment_gives_its_connection_back
    try:
        found = await find(session, shipment)
        balance = await session.scalar(TAKE, {"price": found.price, "id": found.customer_id})
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise HTTPException(409, "The balance is too low.") from None
    await session.close()
    return {"balance": balance}


@app.post("/cancellations/{shipment}", status_code=204)
async def cancel(shipment: int) -> None:
    async with Session.begin() as session:
        (await find(session, shipment)).state = "cancelled"
