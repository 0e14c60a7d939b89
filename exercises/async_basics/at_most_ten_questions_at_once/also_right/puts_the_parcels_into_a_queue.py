import asyncio
import os

import aiohttp

CARRIERS = os.environ["CARRIERS_URL"]


async def work(session: aiohttp.ClientSession, queue: asyncio.Queue[int], prices: dict[int, float]) -> None:
    while True:
        parcel = await queue.get()
        async with session.get(f"{CARRIERS}/carriers/swift/quote", params={"parcel": parcel}) as answer:
            prices[parcel] = (await answer.json())["price"]
        queue.task_done()


async def quotes(parcels: list[int]) -> dict[int, float]:
    queue: asyncio.Queue[int] = asyncio.Queue()
    prices: dict[int, float] = {}
    for parcel in parcels:
        queue.put_nowait(parcel)
    async with aiohttp.ClientSession() as session:
        workers = [asyncio.create_task(work(session, queue, prices)) for _ in range(10)]
        await queue.join()
        for worker in workers:
            worker.cancel()
    return prices
