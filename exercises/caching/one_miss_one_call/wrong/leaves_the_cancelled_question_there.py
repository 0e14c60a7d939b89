"""Believes that what is cancelled is gone: it lies where it was kept, and the next one finds it.

Says: has been left behind
"""

import asyncio
import os
from collections import Counter

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

rates: dict[int, float] = {}


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


flights: dict[int, asyncio.Task[float]] = {}
waiting: Counter[int] = Counter()


async def ask_and_keep(zone: int) -> float:
    try:
        rates[zone] = await ask_rate(zone)
    except Exception:
        del flights[zone]
        raise
    del flights[zone]
    return rates[zone]


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone not in flights:
        flights[zone] = asyncio.create_task(ask_and_keep(zone))
    flight = flights[zone]
    waiting[zone] += 1
    try:
        return await asyncio.shield(flight)
    finally:
        waiting[zone] -= 1
        if not waiting[zone]:
            flight.cancel()  # wrong: check_the_next_is_served_when_all_have_given_up
