"""Believes that `return` in `finally` is a way to return in every case: it swallows whatever was raised.

Says: swallowed
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
        async with httpx.AsyncClient(timeout=30) as client, asyncio.timeout(0.5), asyncio.TaskGroup() as group:
            for carrier in carriers:
                group.create_task(note(carrier))
    finally:
        await release(order)
        return prices  # noqa: B012  # wrong: check_a_cancelled_caller_leaves_nothing_behind
