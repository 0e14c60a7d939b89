"""Believes that each question can be tried by itself only if each is awaited by itself.

Says: times add up
"""

import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    prices, failed = {}, []
    async with httpx.AsyncClient(timeout=30) as client:
        for carrier in carriers:
            try:
                prices[carrier] = await ask(client, carrier, parcel)  # wrong: check_all_carriers_are_asked_at_once
            except httpx.HTTPError:
                failed.append(carrier)
    return {"prices": prices, "failed": failed}
