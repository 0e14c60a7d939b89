"""Much data: thousands of rows at once, a stream of all of them, and one page after the other."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse
from pydantic import Field, NaiveDatetime, TypeAdapter, ValidationError
from sqlalchemy import insert, select, tuple_

from labs.database.engine import Sess, Session
from labs.database.models import Shipment

router = APIRouter(prefix="/pages", tags=["pages"])

Size = Annotated[int, Query(ge=1, le=100)]

_place = TypeAdapter(tuple[NaiveDatetime, Annotated[int, Field(ge=0, lt=2**31)]])


@router.post("/each/{rows}", status_code=201)
async def add_each(rows: int, session: Sess) -> dict[str, int]:
    """Add many shipments, a statement and a round trip for each."""
    for parcel in range(rows):
        await session.execute(insert(Shipment).values(customer_id=1, parcel=parcel))
    await session.commit()
    return {"rows": rows}


@router.post("/at-once/{rows}", status_code=201)
async def add_at_once(rows: int, session: Sess) -> dict[str, int]:
    """Add many shipments, in statements of many rows."""
    await session.execute(insert(Shipment), [{"customer_id": 1, "parcel": parcel} for parcel in range(rows)])
    await session.commit()
    return {"rows": rows}


@router.get("/all")
async def export() -> StreamingResponse:
    """Stream all shipments, a line each: never more than a batch of them is in memory."""

    async def lines() -> AsyncIterator[str]:
        async with Session() as session:
            found = await session.stream(select(Shipment.id, Shipment.parcel).order_by(Shipment.id))
            async for shipment, parcel in found.yield_per(500):
                yield json.dumps({"id": shipment, "parcel": parcel}) + "\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.get("/by-number")
async def page_by_number(session: Sess, page: int = 1, size: Size = 20) -> list[dict[str, Any]]:
    """Give a page by its number: the database counts past all rows before it, and rows that come meanwhile shift it."""
    query = select(Shipment).order_by(Shipment.created_at, Shipment.id).offset((page - 1) * size).limit(size)
    return [_told(shipment) for shipment in await session.scalars(query)]


@router.get("/by-cursor")
async def page_by_cursor(session: Sess, after: str = "", size: Size = 20) -> dict[str, Any]:
    """Give the page that follows the last row of the page before: an index leads there."""
    query = select(Shipment).order_by(Shipment.created_at, Shipment.id).limit(size)
    if after:
        query = query.where(tuple_(Shipment.created_at, Shipment.id) > _read(after))
    found = list(await session.scalars(query))
    full = len(found) == size
    return {"rows": [_told(shipment) for shipment in found], "next": _written(found[-1]) if full else None}


def _told(shipment: Shipment) -> dict[str, Any]:
    return {"id": shipment.id, "parcel": shipment.parcel}


def _written(shipment: Shipment) -> str:
    place = json.dumps([shipment.created_at.isoformat(), shipment.id])
    return urlsafe_b64encode(place.encode()).decode()


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        return _place.validate_json(urlsafe_b64decode(cursor))
    except (ValueError, ValidationError) as error:  # it was not one of ours, or was cut
        raise HTTPException(422, "This is no cursor of ours.") from error
