"""Believes that `CancelledError` is one more failure of a carrier.

Says: swallowed
"""

import asyncio
import os
from contextlib import suppress

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    prices: dict[str, float] = {}

    async def ask(carrier: str) -> None:
        try:
            answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
            prices[carrier] = answer.raise_for_status().json()["price"]
        except (httpx.HTTPError, asyncio.CancelledError):
            pass

    async with httpx.AsyncClient(timeout=30) as client:
        with suppress(asyncio.CancelledError):  # wrong: check_a_cancelled_caller_is_cancelled
            await asyncio.gather(*(ask(carrier) for carrier in carriers))
    return {"prices": prices, "failed": [carrier for carrier in carriers if carrier not in prices]}
