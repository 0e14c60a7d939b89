import asyncio
import os

import httpx2

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx2.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    return answer.raise_for_status().json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    prices, failed = {}, []
    async with httpx2.AsyncClient(timeout=30) as client:
        tasks = {asyncio.create_task(ask(client, carrier, parcel)): carrier for carrier in carriers}
        try:
            await asyncio.wait(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    for task, carrier in tasks.items():
        try:
            prices[carrier] = task.result()
        except httpx2.HTTPError:
            failed.append(carrier)
    return {"prices": prices, "failed": failed}
