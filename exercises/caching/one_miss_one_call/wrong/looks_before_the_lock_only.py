"""Believes that one look is enough, before the lock: what was looked for has come meanwhile.

Says: each has looked before it waited
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
    if zone not in rates:
        async with locks[zone]:
            rates[zone] = await ask_rate(zone)  # wrong: check_fifty_at_once_ask_once
    return rates[zone]
