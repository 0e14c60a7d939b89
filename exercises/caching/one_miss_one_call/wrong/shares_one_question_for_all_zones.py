"""Believes that one question under way is the question: it may be about another zone.

Says: the rate of another zone
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


flight: asyncio.Task[float] | None = None


async def get_rate(zone: int) -> float:
    global flight
    if flight is None:
        flight = asyncio.create_task(ask_rate(zone))
    return await asyncio.shield(flight)  # wrong: check_a_rate_that_is_known_is_not_asked_for_again
