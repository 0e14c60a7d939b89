"""Believes that a list which would be empty is better left out.

Says: an empty `failed`
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float | None:
    try:
        answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        answer.raise_for_status()
    except httpx.HTTPError:
        return None
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
        tasks = {carrier: group.create_task(ask(client, carrier, parcel)) for carrier in carriers}
    found = {carrier: task.result() for carrier, task in tasks.items()}
    result: dict = {"prices": {carrier: price for carrier, price in found.items() if price is not None}}
    if failed := [carrier for carrier, price in found.items() if price is None]:
        result["failed"] = failed
    return result  # wrong: check_prices_come_back_when_nobody_fails
