"""Believes that those who wait are helped by an exception that says it in other words.

Says: not what the carrier's failure raised
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


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone not in flights:
        flights[zone] = asyncio.create_task(ask_rate(zone))
        flights[zone].add_done_callback(lambda _: flights.pop(zone))
    try:
        rates[zone] = await asyncio.shield(flights[zone])
    except httpx.HTTPError as error:
        # wrong: check_a_failure_reaches_all_and_is_not_kept
        raise RuntimeError(f"The carrier has failed: {error}") from error
    return rates[zone]
