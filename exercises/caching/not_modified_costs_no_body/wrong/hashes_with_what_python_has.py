"""Believes that `hash` gives the same number for the same text everywhere.

Says: another number in each process
"""

import json
import re
from typing import Annotated

from fastapi import FastAPI, Header, Response
from pydantic import BaseModel

app = FastAPI()
prices = {zone: 5 + zone * 7919 % 2000 / 100 for zone in range(1, 301)}
ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')


class Rate(BaseModel):
    zone: int
    price: float


def list_rates(*, rebate: int = 0) -> list[Rate]:
    return [Rate(zone=zone, price=round(price * (100 - rebate) / 100, 2)) for zone, price in prices.items()]


@app.put("/rates/{zone}", status_code=204)
async def change_rate(zone: int, rate: Rate) -> None:
    prices[zone] = rate.price


def matches(header: str | None, etag: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or etag in ENTITY_TAG.findall(header)


def answer(rates: list[Rate], if_none_match: str | None, headers: dict[str, str]) -> Response:
    body = json.dumps([rate.model_dump() for rate in rates], separators=(",", ":")).encode()
    etag = f'"{hash(body)}"'  # wrong: check_a_tag_stands_for_the_content
    headers = {**headers, "ETag": etag}
    if matches(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@app.get("/rates", response_model=list[Rate])
async def read_rates(if_none_match: Annotated[str | None, Header()] = None):
    return answer(list_rates(), if_none_match, {"Cache-Control": "public, max-age=60"})


@app.get("/rates/own", response_model=list[Rate])
async def read_own_rates(x_customer: Annotated[str, Header()], if_none_match: Annotated[str | None, Header()] = None):
    return answer(
        list_rates(rebate=len(x_customer) % 10),
        if_none_match,
        {"Cache-Control": "private, max-age=60", "Vary": "X-Customer"},
    )
