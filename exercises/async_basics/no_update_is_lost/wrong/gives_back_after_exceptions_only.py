"""Believes that `except Exception` sees whatever can go wrong: a cancellation is no `Exception`.

Says: missing
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
    stock[size] -= count
    try:
        await pack(size, count)
    except Exception:  # wrong: check_a_cancelled_call_takes_nothing
        stock[size] += count
        raise
    return True
