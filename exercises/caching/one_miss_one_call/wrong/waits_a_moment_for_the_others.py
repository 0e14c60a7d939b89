"""Believes that who comes a moment later is not at once: the carrier takes longer than the moment.

Says: between the look and the keeping
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
        asyncio.get_running_loop().call_soon(flights.pop, zone)  # wrong: check_fifty_at_once_ask_once
    rates[zone] = await asyncio.shield(flights[zone])
    return rates[zone]
