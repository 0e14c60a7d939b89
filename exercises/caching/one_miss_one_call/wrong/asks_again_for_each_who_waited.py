"""Believes that a lock and a second look make one question of fifty: after a failure the second look finds nothing.

Says: each of them asks in turn
"""

import asyncio
import os
from collections import defaultdict

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

rates: dict[int, float] = {}


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)


async def get_rate(zone: int) -> float:
    async with locks[zone]:
        if zone not in rates:
            rates[zone] = await ask_rate(zone)  # wrong: check_a_failure_reaches_all_and_is_not_kept
        return rates[zone]
