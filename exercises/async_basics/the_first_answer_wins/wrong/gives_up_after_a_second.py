"""Believes that nobody will answer whom a second was not enough for.

Says: takes its time
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
        questions = [asyncio.create_task(ask(client, carrier, parcel)) for carrier in carriers]
        try:
            for answer in asyncio.as_completed(questions, timeout=1):
                try:
                    return await answer
                except (httpx.HTTPError, TimeoutError):
                    continue
            raise NoPrice  # wrong: check_a_failure_does_not_win
        finally:
            for question in questions:
                question.cancel()
            await asyncio.gather(*questions, return_exceptions=True)
