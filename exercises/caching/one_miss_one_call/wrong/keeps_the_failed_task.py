"""Believes that a task that is done has an answer: it may have an exception, and for ever.

Says: is kept like a rate
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


tasks: dict[int, asyncio.Task[float]] = {}


async def get_rate(zone: int) -> float:
    if zone not in tasks:
        tasks[zone] = asyncio.create_task(ask_rate(zone))
    return await asyncio.shield(tasks[zone])  # wrong: check_a_failure_reaches_all_and_is_not_kept
