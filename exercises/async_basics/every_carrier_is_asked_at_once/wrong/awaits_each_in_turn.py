"""Believes that a comprehension of awaits runs them side by side.

Says: times add up
"""

import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        # wrong: check_all_carriers_are_asked_at_once
        return {carrier: await ask(client, carrier, parcel) for carrier in carriers}
