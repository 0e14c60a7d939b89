"""Believes that `shield` saves the prices that have come: it saves the questions that are late.

Says: the questions go on
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


client = httpx.AsyncClient(timeout=30)


async def quotes(carriers: list[str], order: int) -> dict[str, float]:
    prices: dict[str, float] = {}

    async def note(carrier: str) -> None:
        prices[carrier] = await ask(client, carrier, order)

    try:
        questions = asyncio.gather(*(note(carrier) for carrier in carriers))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(questions), 0.5)  # wrong: check_no_question_is_left_at_a_carrier
    finally:
        await release(order)
    return prices
