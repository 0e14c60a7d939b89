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
        questions = [ask(client, carrier, parcel) for carrier in carriers]
        results = await asyncio.gather(*questions, return_exceptions=True)
    prices, failed = {}, []
    for carrier, result in zip(carriers, results, strict=True):
        if isinstance(result, httpx.HTTPError):
            failed.append(carrier)
        elif isinstance(result, BaseException):
            raise result
        else:
            prices[carrier] = result
    return {"prices": prices, "failed": failed}
