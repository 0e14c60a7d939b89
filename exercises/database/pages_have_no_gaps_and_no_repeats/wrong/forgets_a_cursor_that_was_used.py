"""Believes that a cursor is used once.

Says: must not hang on a row
"""

import os
from collections.abc import AsyncGenerator
from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import Identity, func, select, tuple_
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


places: dict[str, tuple[datetime, int]] = {}


@app.get("/shipments")
async def read_page(
    session: Annotated[AsyncSession, Depends(open_session)],
    after: str | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    page = select(Shipment).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    if after is not None:
        if after not in places:
            raise HTTPException(422, "This is no cursor of ours.")
        # wrong: check_a_cursor_holds_whatever_becomes_of_its_row
        page = page.where(tuple_(Shipment.created_at, Shipment.id) > places.pop(after))
    found = (await session.scalars(page)).all()
    rows = found[:size]
    cursor = token_urlsafe() if len(found) > size else None
    if cursor:
        places[cursor] = (rows[-1].created_at, rows[-1].id)
    return {"rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows], "next": cursor}
