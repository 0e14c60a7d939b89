import os
from collections import Counter

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

stock = {"small": 10, "medium": 10, "large": 10}


async def pack(size: str, count: int) -> None:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=30) as client:
        answer = await client.post(f"/warehouse/{size}/pack", params={"count": count})
        answer.raise_for_status()


promised: Counter[str] = Counter()


async def take(size: str, count: int) -> bool:
    if stock[size] - promised[size] < count:
        return False
    promised[size] += count
    try:
        await pack(size, count)
        stock[size] -= count
    finally:
        promised[size] -= count
    return True
