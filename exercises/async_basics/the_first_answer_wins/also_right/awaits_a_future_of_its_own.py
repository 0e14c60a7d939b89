import asyncio
import os

import aiohttp

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    first: asyncio.Future[tuple[str, float]] = asyncio.get_running_loop().create_future()
    failed: list[str] = []

    async def ask(session: aiohttp.ClientSession, carrier: str) -> None:
        try:
            async with session.get(f"/carriers/{carrier}/quote?parcel={parcel}", raise_for_status=True) as answer:
                price = (await answer.json())["price"]
        except aiohttp.ClientError:
            failed.append(carrier)
            if len(failed) == len(carriers) and not first.done():
                first.set_exception(NoPrice())
        else:
            if not first.done():
                first.set_result((carrier, price))

    async with aiohttp.ClientSession(CARRIERS) as session:
        tasks = [asyncio.create_task(ask(session, carrier)) for carrier in carriers]
        try:
            return await first
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
