"""Believes that a row too many does less harm than a row too few.

Says: its id tells that it was there already
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


def written(shipment: Shipment) -> str:
    return f"{shipment.created_at.isoformat()}_{shipment.id}"


def read(cursor: str) -> tuple[datetime, int]:
    moment, _, number = cursor.partition("_")
    try:
        return datetime.fromisoformat(moment), int(number)
    except ValueError:
        raise HTTPException(422, "This is no cursor of ours.") from None


@app.get("/shipments")
async def read_page(
    session: Annotated[AsyncSession, Depends(open_session)],
    after: str | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    page = select(Shipment).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    if after is not None:
        page = page.where(Shipment.created_at >= read(after)[0])  # wrong: check_pages_follow_each_other
    found = (await session.scalars(page)).all()
    rows = found[:size]
    return {
        "rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows],
        "next": written(rows[-1]) if len(found) > size else None,
    }
