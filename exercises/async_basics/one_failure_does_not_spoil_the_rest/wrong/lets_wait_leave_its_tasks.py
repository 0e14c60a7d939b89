"""Believes that whoever cancels a call of `asyncio.wait` cancels the tasks that it waits for.

Says: leaves its questions behind
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]
client = httpx.AsyncClient(timeout=30)


async def ask(carrier: str, parcel: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
    answer.raise_for_status()
    return answer.json()["price"]


async def quotes(carriers: list[str], parcel: int) -> dict:
    tasks = {carrier: asyncio.create_task(ask(carrier, parcel)) for carrier in carriers}
    await asyncio.wait(tasks.values())  # wrong: check_a_cancelled_caller_is_cancelled
    failed = [carrier for carrier, task in tasks.items() if isinstance(task.exception(), httpx.HTTPError)]
    return {
        "prices": {carrier: tasks[carrier].result() for carrier in carriers if carrier not in failed},
        "failed": failed,
    }
