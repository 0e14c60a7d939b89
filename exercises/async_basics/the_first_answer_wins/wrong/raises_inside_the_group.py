"""Believes that an exception leaves a task group as it is: the group wraps it, and `except NoPrice` passes it by.

Says: does not catch this
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    answers: asyncio.Queue[tuple[str, float] | None] = asyncio.Queue()

    async def ask(carrier: str) -> None:
        try:
            answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
            await answers.put((carrier, answer.raise_for_status().json()["price"]))
        except httpx.HTTPError:
            await answers.put(None)

    async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(carrier)) for carrier in carriers]
        for _ in carriers:
            if price := await answers.get():
                for task in tasks:
                    task.cancel()
                return price
        raise NoPrice  # wrong: check_no_price_is_raised_when_all_fail
