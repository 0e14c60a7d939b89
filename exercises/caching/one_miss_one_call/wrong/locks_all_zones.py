"""Believes that one lock is the safe choice: it lets one question at a time go out, whatever it is about.

Says: for whatever zone
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

rates: dict[int, float] = {}


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


lock = asyncio.Lock()


async def get_rate(zone: int) -> float:
    async with lock:  # wrong: check_other_zones_do_not_wait
        if zone not in rates:
            rates[zone] = await ask_rate(zone)
        return rates[zone]
