import asyncio
import os

import aiohttp

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(session: aiohttp.ClientSession, carrier: str, parcel: int) -> tuple[str, float]:
    async with session.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel}) as answer:
        return carrier, (await answer.json())["price"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    async with aiohttp.ClientSession() as session:
        questions = [asyncio.create_task(ask(session, carrier, parcel)) for carrier in carriers]
        return dict([await question for question in asyncio.as_completed(questions)])
