"""Believes that each caller tidies up behind itself: the question is not over when one caller is.

Says: from where others look for it
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


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone not in flights:
        flights[zone] = asyncio.create_task(ask_rate(zone))
    try:
        rates[zone] = await asyncio.shield(flights[zone])
    finally:
        flights.pop(zone, None)  # wrong: check_who_gives_up_ends_nothing_for_the_others
    return rates[zone]
