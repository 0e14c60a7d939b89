import os
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI
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


@app.get("/shipments")
async def read_page(
    session: Annotated[AsyncSession, Depends(open_session)], after: str = "0", size: int = 20
) -> dict[str, Any]:
    # TODO: Let a cursor name the row that the page before has ended with, not how many rows came before.
    begin = int(after)
    page = select(Shipment).order_by(Shipment.created_at, Shipment.id).offset(begin).limit(size)
    found = (await session.scalars(page)).all()
    return {
        "rows": [{"id": shipment.id, "parcel": shipment.parcel} for shipment in found],
        "next": str(begin + size) if len(found) == size else None,
    }
