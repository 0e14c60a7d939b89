"""Believes that the last line of a function is always reached.

Says: nobody gives back
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

stock = {"small": 10, "medium": 10, "large": 10}


async def pack(size: str, count: int) -> None:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=30) as client:
        answer = await client.post(f"/warehouse/{size}/pack", params={"count": count})
        answer.raise_for_status()


locks = {size: asyncio.Lock() for size in stock}


async def take(size: str, count: int) -> bool:
    await locks[size].acquire()  # wrong: check_a_failed_call_takes_nothing
    enough = stock[size] >= count
    if enough:
        await pack(size, count)
        stock[size] -= count
    locks[size].release()
    return enough
