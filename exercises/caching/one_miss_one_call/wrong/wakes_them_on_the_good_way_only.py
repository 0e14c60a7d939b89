"""Believes that the last line of a function is always reached.

Says: what nobody brings any more
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
    rates[zone] = await ask_rate(zone)
    flights.pop(zone).set()
    return rates[zone]


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone in flights:
        await flights[zone].wait()  # wrong: check_a_failure_reaches_all_and_is_not_kept
        return rates[zone]
    flights[zone] = asyncio.Event()
    return await asyncio.shield(asyncio.ensure_future(ask_and_keep(zone)))
