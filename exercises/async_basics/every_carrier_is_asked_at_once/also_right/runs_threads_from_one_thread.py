import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

import requests

CARRIERS = os.environ["CARRIERS_URL"]


def all_quotes(carriers, parcel):
    def ask(carrier):
        return requests.get(f"{CARRIERS}/carriers/{carrier}/quote?parcel={parcel}", timeout=30).json()["price"]

    with ThreadPoolExecutor(max_workers=64) as pool:
        return dict(zip(carriers, pool.map(ask, carriers), strict=True))


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    return await asyncio.to_thread(all_quotes, list(carriers), parcel)
