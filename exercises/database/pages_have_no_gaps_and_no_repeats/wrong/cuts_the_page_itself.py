"""Believes that it makes no difference who throws the other rows away.

Says: a limit lets it stop
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
    page = select(Shipment).order_by(
        Shipment.created_at, Shipment.id
    )  # wrong: check_a_page_asks_for_no_more_than_it_needs
    if after is not None:
        page = page.where(tuple_(Shipment.created_at, Shipment.id) > read(after))
    found = (await session.scalars(page)).all()
    rows = found[:size]
    return {
        "rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows],
        "next": written(rows[-1]) if len(found) > size else None,
    }
