"""Believes that no rate is a good answer when the carrier fails: a parcel goes for nothing.

Says: must hear that
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
    except httpx.HTTPError:
        return 0.0  # wrong: check_a_failure_reaches_all_and_is_not_kept
    finally:
        del flights[zone]
    return rates[zone]


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone not in flights:
        flights[zone] = asyncio.create_task(ask_and_keep(zone))
    return await asyncio.shield(flights[zone])
