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
        pending = {asyncio.create_task(ask(client, carrier, parcel)) for carrier in carriers}
        try:
            while pending:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if task.exception() is None:
                        return task.result()
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
    raise NoPrice
