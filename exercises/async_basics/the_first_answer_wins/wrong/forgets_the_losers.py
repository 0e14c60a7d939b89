"""Believes that the other questions end when nobody waits for them any more.

Says: leaves its questions behind
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]
client = httpx.AsyncClient(timeout=30)


class NoPrice(Exception):
    """Every carrier has failed."""


async def ask(carrier: str, parcel: int) -> tuple[str, float]:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return carrier, answer.json()["price"]


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    for answer in asyncio.as_completed([ask(carrier, parcel) for carrier in carriers]):
        try:
            return await answer  # wrong: check_no_question_is_left_behind
        except httpx.HTTPError:
            continue
    raise NoPrice
