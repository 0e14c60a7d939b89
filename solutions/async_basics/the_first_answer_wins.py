"""`as_completed` gives the answers as they come, so failures can be left out; leaving the block cancels the rest."""

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
            for answer in asyncio.as_completed(questions):
                try:
                    return await answer
                except httpx.HTTPError:  # this carrier has failed: the next that answers may win
                    continue
            raise NoPrice
        finally:  # with a price, without one, or cancelled
            for question in questions:
                question.cancel()
            await asyncio.gather(*questions, return_exceptions=True)
