"""Believes that a call that is given up can still hand over what it has so far.

Says: lost
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def release(order: int) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        await client.post(f"{CARRIERS}/warehouse/orders/{order}/release")


async def ask(client: httpx.AsyncClient, carrier: str, order: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": order})
    answer.raise_for_status()
    return answer.json()["price"]


async def quotes(carriers: list[str], order: int) -> dict[str, float]:
    try:
        async with httpx.AsyncClient(timeout=30) as client:
            questions = asyncio.gather(*(ask(client, carrier, order) for carrier in carriers))
            prices = await asyncio.wait_for(questions, timeout=0.5)
    except TimeoutError:
        return {}  # wrong: check_what_has_come_is_returned_after_half_a_second
    finally:
        await release(order)
    return dict(zip(carriers, prices, strict=True))
