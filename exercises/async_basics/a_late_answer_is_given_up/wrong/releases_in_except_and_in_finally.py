"""Believes that an `except` which raises again leaves out the `finally`.

Says: may be somebody else's by then
"""

import asyncio
import os
from contextlib import suppress

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def release(order: int) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        await client.post(f"{CARRIERS}/warehouse/orders/{order}/release")


async def ask(client: httpx.AsyncClient, carrier: str, order: int, prices: dict[str, float]) -> None:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": order})
    answer.raise_for_status()
    prices[carrier] = answer.json()["price"]


async def quotes(carriers: list[str], order: int) -> dict[str, float]:
    prices: dict[str, float] = {}
    try:
        async with httpx.AsyncClient(timeout=30) as client:
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5), asyncio.TaskGroup() as group:
                    for carrier in carriers:
                        group.create_task(ask(client, carrier, order, prices))
    except* httpx.HTTPError:
        await release(order)  # wrong: check_a_failing_carrier_leaves_nothing_behind
        raise
    finally:
        await release(order)
    return prices
