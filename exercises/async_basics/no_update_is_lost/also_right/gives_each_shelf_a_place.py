import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

stock = {"small": 10, "medium": 10, "large": 10}


async def pack(size: str, count: int) -> None:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=30) as client:
        answer = await client.post(f"/warehouse/{size}/pack", params={"count": count})
        answer.raise_for_status()


class Shelf:
    def __init__(self, size: str) -> None:
        self.size = size
        self.place = asyncio.Semaphore(1)

    async def take(self, count: int) -> bool:
        async with self.place:
            if stock[self.size] < count:
                return False
            await pack(self.size, count)
            stock[self.size] -= count
            return True


shelves = {size: Shelf(size) for size in stock}


async def take(size: str, count: int) -> bool:
    return await shelves[size].take(count)
