import asyncio
import os

import aiohttp

CARRIERS = os.environ["CARRIERS_URL"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    prices, failed = {}, []

    async def ask(carrier: str) -> None:
        try:
            async with session.get(f"/carriers/{carrier}/quote", params={"parcel": parcel}) as answer:
                answer.raise_for_status()
                prices[carrier] = (await answer.json())["price"]
        except aiohttp.ClientError:
            failed.append(carrier)

    async with aiohttp.ClientSession(CARRIERS) as session:
        await asyncio.gather(*(ask(carrier) for carrier in carriers))
    return {"prices": prices, "failed": failed}
