"""Believes that one lock is the safe choice: it lets one customer at a time wait for the warehouse.

Says: of whatever size
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


lock = asyncio.Lock()


async def take(size: str, count: int) -> bool:
    async with lock:  # wrong: check_other_sizes_do_not_wait
        if stock[size] < count:
            return False
        await pack(size, count)
        stock[size] -= count
        return True
