import asyncio
import os

import httpx2

CARRIERS = os.environ["CARRIERS_URL"]


async def release(order: int) -> None:
    async with httpx2.AsyncClient(timeout=30) as client:
        await client.post(f"{CARRIERS}/warehouse/orders/{order}/release")


async def quotes(carriers: list[str], order: int) -> dict[str, float]:
    prices: dict[str, float] = {}

    async def note(carrier: str) -> None:
        try:
            async with asyncio.timeout(0.5):
                answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": order})
        except TimeoutError:
            return
        prices[carrier] = answer.raise_for_status().json()["price"]

    try:
        async with httpx2.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
            for carrier in carriers:
                group.create_task(note(carrier))
    finally:
        await release(order)
    return prices
