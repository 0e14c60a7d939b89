"""Believes that the block under a deadline ends quietly when the time is over.

Says: raises instead of returning
"""

import asyncio
import os

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
        prices[carrier] = await ask(client, carrier, order)

    try:
        # wrong: check_what_has_come_is_returned_after_half_a_second
        async with httpx.AsyncClient(timeout=30) as client, asyncio.timeout(0.5), asyncio.TaskGroup() as group:
            for carrier in carriers:
                group.create_task(note(carrier))
    finally:
        await release(order)
    return prices
