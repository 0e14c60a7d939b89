"""Signs the cursor, so that nobody can make one, and asks in SQL."""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
app = FastAPI()
SECRET = os.environ.get("CURSOR_SECRET", "of this service alone").encode()
BEHIND = "WHERE (created_at, id) > (:moment, :number)"
PAGE = "SELECT id, parcel, created_at FROM shipments {} ORDER BY created_at, id FETCH FIRST :count ROWS ONLY"


def signed(place: bytes) -> bytes:
    return hmac.digest(SECRET, place, hashlib.sha256)


def written(row: dict[str, Any]) -> str:
    place = json.dumps([row["created_at"].isoformat(), row["id"]]).encode()
    return urlsafe_b64encode(signed(place) + place).decode()


def read(cursor: str) -> dict[str, Any]:
    try:
        both = urlsafe_b64decode(cursor)
    except ValueError:
        raise HTTPException(422, "This is no cursor.") from None
    if not hmac.compare_digest(both[:32], signed(both[32:])):
        raise HTTPException(422, "This is no cursor of ours.")
    moment, number = json.loads(both[32:])
    return {"moment": datetime.fromisoformat(moment), "number": number}


@app.get("/shipments")
async def read_page(after: str = "", size: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
    place = read(after) if after else {}
    async with engine.connect() as connection:
        found = await connection.execute(text(PAGE.format(BEHIND if place else "")), {"count": size + 1, **place})
        rows = [dict(row) for row in found.mappings()]
    shown = [{"id": row["id"], "parcel": row["parcel"]} for row in rows[:size]]
    return {"rows": shown, "next": written(rows[size - 1]) if len(rows) > size else None}
