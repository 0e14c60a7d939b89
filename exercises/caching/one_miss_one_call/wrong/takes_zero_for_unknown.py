"""Believes that what is true is known: 0.0 is a rate, and is not true.

Says: Zero is a rate
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]

rates: dict[int, float] = {}
flights: dict = {}


async def ask_rate(zone: int) -> float:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as client:
        answer = await client.get("/carriers/swift/quote", params={"parcel": zone})
        return answer.raise_for_status().json()["price"]


async def fly(zone):
    rates[zone] = await ask_rate(zone)
    return rates[zone]


async def get_rate(zone: int) -> float:
    if rate := rates.get(zone):  # wrong: check_a_rate_that_is_known_is_not_asked_for_again
        return rate
    if zone not in flights:
        flights[zone] = asyncio.create_task(fly(zone))
        flights[zone].add_done_callback(lambda _: flights.pop(zone))
    return await asyncio.shield(flights[zone])
