"""Believes that the first has to stay, because the others need the answer: a task can stay instead.

Says: swallowed
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


flights: dict[int, asyncio.Task[float]] = {}


async def ask_and_keep(zone: int) -> float:
    try:
        rates[zone] = await ask_rate(zone)
        return rates[zone]
    finally:
        del flights[zone]


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone not in flights:
        flights[zone] = asyncio.create_task(ask_and_keep(zone))
    flight = flights[zone]
    try:
        return await asyncio.shield(flight)
    except asyncio.CancelledError:
        return await flight  # wrong: check_who_gives_up_ends_nothing_for_the_others
