import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client:
        # TODO: Keep the prices of the others when one carrier fails.
        prices = await asyncio.gather(*(ask(client, carrier, parcel) for carrier in carriers))
    return {"prices": dict(zip(carriers, prices, strict=True)), "failed": []}
