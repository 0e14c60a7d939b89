"""Believes that whatever is raised while it waits is a carrier's failure.

Says: swallowed
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> tuple[str, float]:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return carrier, answer.json()["price"]


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        tasks = [asyncio.create_task(ask(client, carrier, parcel)) for carrier in carriers]
        try:
            for answer in asyncio.as_completed(tasks):
                try:
                    return await answer
                except BaseException:  # noqa: BLE001  # wrong: check_a_cancelled_caller_is_cancelled
                    continue
        finally:
            for task in tasks:
                task.cancel()
    raise NoPrice
