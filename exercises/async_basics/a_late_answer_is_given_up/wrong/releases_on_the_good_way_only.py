"""Believes that after catching `TimeoutError` nothing else can end the function early.

Says: The place stays taken
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
        prices[carrier] = await ask(client, carrier, order)

    async with httpx.AsyncClient(timeout=30) as client:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5), asyncio.TaskGroup() as group:
                for carrier in carriers:
                    group.create_task(note(carrier))
    await release(order)  # wrong: check_a_cancelled_caller_leaves_nothing_behind
    return prices
