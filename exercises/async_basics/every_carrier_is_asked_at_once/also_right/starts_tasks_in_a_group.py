import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def ask(client: httpx.AsyncClient, carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict[str, float]:
    async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
        tasks = {carrier: group.create_task(ask(client, carrier, parcel)) for carrier in carriers}
    return {carrier: task.result() for carrier, task in tasks.items()}
