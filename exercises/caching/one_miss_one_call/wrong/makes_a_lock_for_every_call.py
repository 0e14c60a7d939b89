"""Believes that a lock protects the lines under it: it keeps out only those who ask the same lock.

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


async def get_rate(zone: int) -> float:
    async with asyncio.Lock():
        if zone not in rates:
            rates[zone] = await ask_rate(zone)  # wrong: check_fifty_at_once_ask_once
        return rates[zone]
