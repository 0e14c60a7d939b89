"""Has FastAPI read the cursor, so that what it cannot read is answered 422 before the route begins."""

import os
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from pydantic import AfterValidator
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


def read(cursor: str) -> tuple[datetime, int]:
    moment, _, number = cursor.partition("~")
    return datetime.fromisoformat(moment), int(number)


After = Annotated[str, AfterValidator(read)]


@app.get("/shipments")
async def read_page(
    session: Annotated[AsyncSession, Depends(open_session)],
    after: After | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    page = select(Shipment).order_by(Shipment.created_at, Shipment.id).limit(size + 1)
    if after is not None:
        page = page.where(tuple_(Shipment.created_at, Shipment.id) > after)
    found = (await session.scalars(page)).all()
    rows = found[:size]
    return {
        "rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in rows],
        "next": f"{rows[-1].created_at}~{rows[-1].id}" if len(found) > size else None,
    }
