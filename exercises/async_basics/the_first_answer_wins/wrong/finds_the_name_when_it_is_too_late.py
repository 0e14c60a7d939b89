"""Believes that a function remembers what a loop's variable was when it was defined.

Says: paid twice
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    async with httpx.AsyncClient(timeout=30) as client:
        questions = []
        for carrier in carriers:

            async def ask() -> tuple[str, float]:
                # wrong: check_a_price_comes_back_with_its_carrier
                answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})  # noqa: B023
                answer.raise_for_status()
                return carrier, answer.json()["price"]  # noqa: B023

            questions.append(asyncio.create_task(ask()))
        try:
            for answer in asyncio.as_completed(questions):
                try:
                    return await answer
                except httpx.HTTPError:
                    continue
            raise NoPrice
        finally:
            for question in questions:
                question.cancel()
            await asyncio.gather(*questions, return_exceptions=True)
