"""Believes that there are enough boxes only if some are left afterwards.

Says: There are enough boxes
"""

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
    async with locks[size]:
        if stock[size] <= count:  # wrong: check_boxes_are_taken_one_call_after_the_other
            return False
        await pack(size, count)
        stock[size] -= count
        return True
