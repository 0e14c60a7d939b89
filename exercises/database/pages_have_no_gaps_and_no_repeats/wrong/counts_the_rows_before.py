"""Believes that a page is found by how many rows come before it.

Says: shifts when rows before it come and go
"""

import os
from collections.abc import AsyncGenerator
from datetime import datetime
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


def read(cursor: str) -> int:
    try:
        return int(cursor)
    except ValueError:
        raise HTTPException(422, "This is no cursor of ours.") from None


@app.get("/shipments")
async def read_page(
    session: Annotated[AsyncSession, Depends(open_session)],
    after: str | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    page = select(Shipment).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    begin = read(after) if after is not None else 0
    page = page.offset(begin)  # wrong: check_rows_that_come_and_go_shift_nothing
    found = (await session.scalars(page)).all()
    rows = found[:size]
    return {
        "rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows],
        "next": str(begin + size) if len(found) > size else None,
    }
