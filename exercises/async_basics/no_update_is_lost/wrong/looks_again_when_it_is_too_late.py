"""Believes that a second look after the `await` mends the first: the warehouse has packed by then.

Says: sold that are not there
"""

import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

stock = {"small": 10, "medium": 10, "large": 10}


async def pack(size: str, count: int) -> None:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=30) as client:
        answer = await client.post(f"/warehouse/{size}/pack", params={"count": count})
        answer.raise_for_status()


async def take(size: str, count: int) -> bool:
    if stock[size] < count:
        return False
    await pack(size, count)
    if stock[size] < count:  # wrong: check_no_more_is_packed_than_there_is
        return False
    stock[size] -= count
    return True
