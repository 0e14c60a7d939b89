import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

stock = {"small": 10, "medium": 10, "large": 10}


async def pack(size: str, count: int) -> None:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=30) as client:
        answer = await client.post(f"/warehouse/{size}/pack", params={"count": count})
        answer.raise_for_status()


async def take(size: str, count: int) -> bool:
    # TODO: Let no update be lost when several customers take boxes at once.
    left = stock[size]
    if left < count:
        return False
    await pack(size, count)
    stock[size] = left - count
    return True
