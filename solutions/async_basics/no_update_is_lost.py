"""A lock for each size lets one call at a time look, pack and write, so nobody reads what is about to change."""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

stock = {"small": 10, "medium": 10, "large": 10}
locks = {size: asyncio.Lock() for size in stock}


async def pack(size: str, count: int) -> None:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=30) as client:
        answer = await client.post(f"/warehouse/{size}/pack", params={"count": count})
        answer.raise_for_status()


async def take(size: str, count: int) -> bool:
    async with locks[size]:  # held from the look at the stock until it is written
        if stock[size] < count:
            return False
        await pack(size, count)
        stock[size] -= count
        return True
