"""Asks in a `def` route, packs the place into sixteen bytes, and asks whether more rows follow."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from struct import error, pack, unpack
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, create_engine, exists, make_url, select, tuple_

engine = create_engine(make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg"))
shipments = Table(
    "shipments", MetaData(), Column("id", Integer), Column("parcel", Integer), Column("created_at", DateTime)
)
place = tuple_(shipments.c.created_at, shipments.c.id)
zero = datetime.fromisoformat("2020-01-01")
app = FastAPI()


def written(row: Any) -> str:
    return urlsafe_b64encode(pack(">qq", (row.created_at - zero) // timedelta(microseconds=1), row.id)).decode()


def read(cursor: str) -> tuple[datetime, int]:
    try:
        moment, number = unpack(">qq", urlsafe_b64decode(cursor))
        return zero + timedelta(microseconds=moment), number
    except (ValueError, error, OverflowError):
        raise HTTPException(422, "This is no cursor.") from None


@app.get("/shipments")
def read_page(after: str | None = None, size: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
    page = select(shipments).order_by(shipments.c.created_at, shipments.c.id).limit(size)
    if after is not None:
        page = page.where(place > read(after))
    with engine.connect() as connection:
        rows = connection.execute(page).all()
        last = rows and (rows[-1].created_at, rows[-1].id)
        more = rows and connection.scalar(select(exists().select_from(shipments).where(place > last)))
    return {"rows": [{"id": row.id, "parcel": row.parcel} for row in rows], "next": written(rows[-1]) if more else None}
