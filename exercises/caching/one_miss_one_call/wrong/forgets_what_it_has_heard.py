"""Believes that sharing a question is all that a cache does: who comes a moment later asks again.

Says: was known already
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
    if zone not in flights:
        flights[zone] = asyncio.create_task(ask_rate(zone))
        flights[zone].add_done_callback(lambda _: flights.pop(zone))
    # wrong: check_a_rate_that_is_known_is_not_asked_for_again
    return await asyncio.shield(flights[zone])
