"""Each question catches its own carrier's failure, and only that, so nothing but a bug or a cancellation gets out."""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float | None:
    try:
        answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        answer.raise_for_status()
    except httpx.HTTPError:  # the client's own exceptions: a bad status, a broken connection
        return None
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
        tasks = {carrier: group.create_task(ask(client, carrier, parcel)) for carrier in carriers}
    found = {carrier: task.result() for carrier, task in tasks.items()}
    return {
        "prices": {carrier: price for carrier, price in found.items() if price is not None},
        "failed": [carrier for carrier, price in found.items() if price is None],
    }
