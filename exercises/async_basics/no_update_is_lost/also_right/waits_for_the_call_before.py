import asyncio
import os

import aiohttp

CARRIERS = os.environ["CARRIERS_URL"]

stock = {"small": 10, "medium": 10, "large": 10}
last: dict[str, asyncio.Event] = {}


async def pack(size: str, count: int) -> None:
    async with aiohttp.ClientSession(CARRIERS, raise_for_status=True) as session:
        await session.post(f"/warehouse/{size}/pack", params={"count": count})


async def take(size: str, count: int) -> bool:
    before, mine = last.get(size), asyncio.Event()
    last[size] = mine
    try:
        if before is not None:
            await before.wait()
        if stock[size] < count:
            return False
        await pack(size, count)
        stock[size] -= count
        return True
    finally:
        mine.set()
