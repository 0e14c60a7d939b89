"""Believes that ten workers with a tenth of the parcels each are always ten at work: who is done early stands idle.

Says: dealt out beforehand
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def work(client: httpx.AsyncClient, share: list[int]) -> dict[int, float]:
    prices = {}
    for parcel in share:  # wrong: check_the_next_question_follows_at_once
        answer = await client.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel})
        prices[parcel] = answer.json()["price"]
    return prices


async def quotes(parcels: list[int]) -> dict[int, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        shares = await asyncio.gather(*(work(client, parcels[first::10]) for first in range(10)))
    return {parcel: price for share in shares for parcel, price in share.items()}
