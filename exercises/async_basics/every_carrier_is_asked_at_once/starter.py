import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    prices = {}
    async with httpx.AsyncClient(timeout=30) as client:
        # TODO: Ask every carrier at once.
        for carrier in carriers:
            prices[carrier] = await ask(client, carrier, parcel)
    return prices
