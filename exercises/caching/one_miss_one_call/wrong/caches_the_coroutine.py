"""Believes that `lru_cache` keeps what an `async def` returns: what it returns is a coroutine.

Says: can be awaited once
"""

import os
from functools import lru_cache

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


@lru_cache
async def get_rate(zone: int) -> float:  # wrong: check_a_rate_that_is_known_is_not_asked_for_again
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]
