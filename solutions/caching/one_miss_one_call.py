"""The question is a task of its own, kept while it is under way: who comes joins it, and who leaves ends nothing."""

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
        del flights[zone]  # also when it has failed: the next one asks again


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone not in flights:  # no `await` up to the next line, so nobody comes in between
        flights[zone] = asyncio.create_task(ask_and_keep(zone))
    return await asyncio.shield(flights[zone])  # who is cancelled here does not cancel the task
