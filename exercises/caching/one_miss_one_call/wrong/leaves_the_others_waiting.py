"""Believes that `except Exception` sees whatever ends the one who asks: a cancellation is no `Exception`.

Says: what nobody brings any more
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


flights: dict[int, asyncio.Future[float]] = {}


async def get_rate(zone: int) -> float:
    if zone in rates:
        return rates[zone]
    if zone in flights:
        return await asyncio.shield(flights[zone])  # wrong: check_who_gives_up_ends_nothing_for_the_others
    flight = flights[zone] = asyncio.get_running_loop().create_future()
    try:
        rates[zone] = await ask_rate(zone)
    except Exception as error:
        flight.set_exception(error)
        flight.exception()
        del flights[zone]
        raise
    flight.set_result(rates[zone])
    del flights[zone]
    return rates[zone]
