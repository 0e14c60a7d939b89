"""Believes that who is woken finds a rate: an event says that something is over, not how.

Says: not what the carrier's failure raised
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


flights: dict[int, asyncio.Event] = {}


async def ask_and_keep(zone: int) -> float:
    try:
        rates[zone] = await ask_rate(zone)
        return rates[zone]
    finally:
        flights.pop(zone).set()


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone in flights:
        await flights[zone].wait()
        return rates[zone]  # wrong: check_a_failure_reaches_all_and_is_not_kept
    flights[zone] = asyncio.Event()
    return await asyncio.shield(asyncio.ensure_future(ask_and_keep(zone)))
