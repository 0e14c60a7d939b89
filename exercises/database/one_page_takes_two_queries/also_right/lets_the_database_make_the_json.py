"""Has the database put customers and shipments together: one query, and nothing is loaded that could be forgotten."""

import os
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
app = FastAPI()

QUERY = """
SELECT c.id, c.name, coalesce(
    json_agg(json_build_object('id', s.id, 'parcel', s.parcel, 'state', s.state) ORDER BY s.id)
        FILTER (WHERE s.id IS NOT NULL),
    '[]'
) AS shipments
FROM (SELECT id, name FROM customers WHERE {} ORDER BY id LIMIT 20) AS c
LEFT JOIN shipments AS s ON s.customer_id = c.id
GROUP BY c.id, c.name
ORDER BY c.id
"""
PAGE, ONE = text(QUERY.format("id > :after")), text(QUERY.format("id = :number"))
ADD = text(
    "INSERT INTO shipments (customer_id, parcel, state) VALUES (:number, :parcel, 'new') RETURNING id, parcel, state"
)


@app.get("/customers")
async def read_page(after: int = 0) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(PAGE, {"after": after})).mappings()]


@app.get("/customers/{number}")
async def read_customer(number: int) -> dict[str, Any]:
    async with engine.connect() as connection:
        row = (await connection.execute(ONE, {"number": number})).mappings().one_or_none()
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.post("/customers/{number}/shipments", status_code=201)
async def add_shipment(number: int, parcel: Annotated[int, Body(embed=True)]) -> dict[str, Any]:
    async with engine.begin() as connection:
        return dict((await connection.execute(ADD, {"number": number, "parcel": parcel})).mappings().one())
