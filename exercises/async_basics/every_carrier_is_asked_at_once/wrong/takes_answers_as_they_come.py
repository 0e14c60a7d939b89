"""Believes that `as_completed` keeps the order of the questions.

Says: in another order
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        questions = [asyncio.create_task(ask(client, carrier, parcel)) for carrier in carriers]
        prices = [await price for price in asyncio.as_completed(questions)]
    return dict(zip(carriers, prices, strict=True))  # wrong: check_a_price_stays_with_its_carrier
