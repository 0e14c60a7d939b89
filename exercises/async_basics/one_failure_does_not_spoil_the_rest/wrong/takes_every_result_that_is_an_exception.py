"""Believes that whatever `return_exceptions` returns is a carrier's failure.

Says: bug in Parcel
"""

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
        results = dict(zip(carriers, await asyncio.gather(*questions, return_exceptions=True), strict=True))
    prices = {carrier: result for carrier, result in results.items() if not isinstance(result, Exception)}
    # wrong: check_a_bug_reaches_the_caller
    return {"prices": prices, "failed": [carrier for carrier in carriers if carrier not in prices]}
