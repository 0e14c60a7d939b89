"""Believes that what a customer will read next can wait in the app.

Says: somebody has kept it since
"""

import os
from collections.abc import AsyncGenerator
from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import Identity, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Session = async_sessionmaker(create_async_engine(os.environ["DATABASE_URL"]))


class Base(DeclarativeBase):
    pass


class Shipment(Base):
    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    parcel: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


async def open_session() -> AsyncGenerator[AsyncSession]:
    async with Session() as session:
        yield session


app = FastAPI()


rest: dict[str, list[Shipment]] = {}


@app.get("/shipments")
async def read_page(
    session: Annotated[AsyncSession, Depends(open_session)],
    after: str | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    if after is None:
        every = select(Shipment).order_by(Shipment.created_at, Shipment.id)
        found = list((await session.scalars(every)).all())
    elif after in rest:
        found = rest[after]  # wrong: check_rows_that_come_and_go_shift_nothing
    else:
        raise HTTPException(422, "This is no cursor of ours.")
    rows, left = found[:size], found[size:]
    cursor = token_urlsafe() if left else None
    if cursor:
        rest[cursor] = left
    return {"rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows], "next": cursor}
