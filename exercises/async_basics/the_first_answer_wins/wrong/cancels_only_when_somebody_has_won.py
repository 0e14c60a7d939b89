"""Believes that the tasks are cancelled with the call that waits for them.

Says: leaves its questions behind
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]
client = httpx.AsyncClient(timeout=30)


class NoPrice(Exception):
    """Every carrier has failed."""


async def ask(carrier: str, parcel: int) -> tuple[str, float]:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return carrier, answer.json()["price"]


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    pending = {asyncio.create_task(ask(carrier, parcel)) for carrier in carriers}
    while pending:
        # wrong: check_a_cancelled_caller_is_cancelled
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if task.exception() is None:
                for loser in pending:
                    loser.cancel()
                return task.result()
    raise NoPrice
