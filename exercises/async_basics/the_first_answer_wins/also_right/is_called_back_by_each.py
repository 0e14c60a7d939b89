import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    pass


async def ask(client, c, parcel):
    r = await client.get(f"{CARRIERS}/carriers/{c}/quote", params={"parcel": parcel})
    r.raise_for_status()
    return c, r.json()["price"]


async def first_price(carriers, parcel):
    done = asyncio.Queue()
    async with httpx.AsyncClient(timeout=30) as client:
        tasks = []
        for c in carriers:
            t = asyncio.create_task(ask(client, c, parcel))
            t.add_done_callback(done.put_nowait)
            tasks.append(t)
        try:
            for _ in tasks:
                t = await done.get()
                if not t.cancelled() and t.exception() is None:
                    return t.result()
            raise NoPrice("nobody")
        finally:
            for t in tasks:
                t.cancel()
