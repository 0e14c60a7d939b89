"""Has a cursor that everybody can read, and compares in two steps; an empty page tells that there are no more rows."""

import os
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import Identity, and_, func, or_, select
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
    page = select(Shipment).order_by(Shipment.created_at, Shipment.id).limit(size)
    if after is not None:
        moment, number = read(after)
        same = and_(Shipment.created_at == moment, Shipment.id > number)
        page = page.where(or_(Shipment.created_at > moment, same))
    found = (await session.scalars(page)).all()
    rows = found[:size]
    return {
        "rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows],
        "next": written(rows[-1]) if rows else None,
    }
