"""A cursor names the place of the last row in the order of all rows, and the place is still there when the row is gone.

The order is by `created_at` and `id`, so the place is both: compared together, as a tuple, by the database. What is
counted (`OFFSET`) shifts when rows before it come and go. One row more than was asked for tells whether more follow.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import Field, NaiveDatetime, TypeAdapter, ValidationError
from sqlalchemy import Identity, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Session = async_sessionmaker(create_async_engine(os.environ["DATABASE_URL"]))
Place = TypeAdapter(tuple[NaiveDatetime, Annotated[int, Field(ge=1, lt=2**31)]])


class Base(DeclarativeBase):
    """What all tables have in common."""


class Shipment(Base):
    """A parcel on its way."""

    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    parcel: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


async def open_session() -> AsyncGenerator[AsyncSession]:
    async with Session() as session:
        yield session


app = FastAPI()


def written(shipment: Shipment) -> str:
    return urlsafe_b64encode(Place.dump_json((shipment.created_at, shipment.id))).decode()


def read(cursor: str) -> tuple[datetime, int]:
    try:
        return Place.validate_json(urlsafe_b64decode(cursor))
    except (ValueError, ValidationError) as error:  # it was cut, or is not one of ours
        raise HTTPException(422, "This is no cursor of ours.") from error


@app.get("/shipments")
async def read_page(
    session: Annotated[AsyncSession, Depends(open_session)],
    after: str | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    page = select(Shipment).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    if after is not None:
        page = page.where(tuple_(Shipment.created_at, Shipment.id) > read(after))
    found = (await session.scalars(page)).all()
    rows = found[:size]
    return {
        "rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows],
        "next": written(rows[-1]) if len(found) > size else None,
    }
