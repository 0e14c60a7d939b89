"""Believes that who has not answered within a second will not answer any more.

Says: takes its time
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
    # wrong: check_the_others_are_still_asked_when_one_fails_first
    async with httpx.AsyncClient(timeout=1) as client, asyncio.TaskGroup() as group:
        tasks = {carrier: group.create_task(ask(client, carrier, parcel)) for carrier in carriers}
    found = {carrier: task.result() for carrier, task in tasks.items()}
    return {
        "prices": {carrier: price for carrier, price in found.items() if price is not None},
        "failed": [carrier for carrier, price in found.items() if price is None],
    }
