"""Believes that four carriers must share half a second.

Says: less time than they should
"""

import asyncio
import os
from contextlib import suppress

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def release(order: int) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        await client.post(f"{CARRIERS}/warehouse/orders/{order}/release")


async def ask(client: httpx.AsyncClient, carrier: str, order: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": order})
    answer.raise_for_status()
    return answer.json()["price"]


async def quotes(carriers: list[str], order: int) -> dict[str, float]:
    prices: dict[str, float] = {}

    async def note(carrier: str) -> None:
        with suppress(TimeoutError):
            # wrong: check_the_wait_is_not_given_up_early
            prices[carrier] = await asyncio.wait_for(ask(client, carrier, order), 0.5 / len(carriers))

    try:
        async with httpx.AsyncClient(timeout=30) as client:
            await asyncio.gather(*(note(carrier) for carrier in carriers))
    finally:
        await release(order)
    return prices
