"""Believes that a lock protects the lines under it: it keeps out only those who ask the same lock.

Says: an update was lost
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


async def take(size: str, count: int) -> bool:
    async with asyncio.Lock():
        left = stock[size]
        if left < count:
            return False
        await pack(size, count)
        stock[size] = left - count  # wrong: check_calls_at_once_lose_no_update
        return True
