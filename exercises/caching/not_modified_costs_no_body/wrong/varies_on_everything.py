"""Believes that `Vary: *` is the safe side: every cache asks each time, and what it has is of no use.

Says: no cache uses it again
"""

import re
from hashlib import sha256
from typing import Annotated

from fastapi import FastAPI, Header, Response
from pydantic import BaseModel, TypeAdapter

app = FastAPI()
prices = {zone: 5 + zone * 7919 % 2000 / 100 for zone in range(1, 301)}


class Rate(BaseModel):
    zone: int
    price: float


rates = TypeAdapter(list[Rate])
Known = Annotated[list[str] | None, Header(alias="if-none-match")]


def list_rates(*, rebate: int = 0) -> list[Rate]:
    return [Rate(zone=zone, price=round(price * (100 - rebate) / 100, 2)) for zone, price in prices.items()]


def is_known(tag: str, known: str) -> bool:
    return known.strip() == "*" or tag in re.findall(r'"[^"]*"', known)  # `W/` before a tag makes no difference here


def answer(found: list[Rate], known: list[str] | None, headers: dict[str, str]) -> Response:
    body = rates.dump_json(found)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    if is_known(tag, ", ".join(known or [])):
        return Response(status_code=304, headers={"ETag": tag, **headers})
    return Response(body, media_type="application/json", headers={"ETag": tag, **headers})


@app.put("/rates/{zone}", status_code=204)
async def change_rate(zone: int, rate: Rate) -> None:
    prices[zone] = rate.price


@app.get("/rates")
async def read_rates(known: Known = None) -> Response:
    return answer(list_rates(), known, {"Cache-Control": "public, max-age=60"})


@app.get("/rates/own")
async def read_own_rates(x_customer: Annotated[str, Header()], known: Known = None) -> Response:
    # wrong: check_a_customer_s_own_stays_with_the_customer
    headers = {"Cache-Control": "private, max-age=60", "Vary": "*"}
    return answer(list_rates(rebate=len(x_customer) % 10), known, headers)
