import asyncio
import os

import httpx2

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    answers: asyncio.Queue[tuple[str, float] | None] = asyncio.Queue()

    async def ask(carrier: str) -> None:
        try:
            answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
            await answers.put((carrier, answer.raise_for_status().json()["price"]))
        except httpx2.HTTPError:
            await answers.put(None)

    first = None
    async with httpx2.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(carrier)) for carrier in carriers]
        left = len(tasks)
        while left and first is None:
            first, left = await answers.get(), left - 1
        for task in tasks:
            task.cancel()
    if first is None:
        raise NoPrice
    return first
