"""Believes that a task which is nobody's business any more is nobody's burden.

Says: leaves its questions behind
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]
client = httpx.AsyncClient(timeout=30)
again: set[asyncio.Task] = set()


async def ask(carrier: str, parcel: int) -> float | None:
    try:
        answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        answer.raise_for_status()
    except httpx.HTTPError:
        return None
    return answer.json()["price"]


async def ask_again(carrier: str, parcel: int) -> None:
    await asyncio.sleep(5)  # by then it may be well again
    await ask(carrier, parcel)


async def quotes(carriers: list[str], parcel: int) -> dict:
    async with asyncio.TaskGroup() as group:
        tasks = {carrier: group.create_task(ask(carrier, parcel)) for carrier in carriers}
    found = {carrier: task.result() for carrier, task in tasks.items()}
    failed = [carrier for carrier, price in found.items() if price is None]
    for carrier in failed:
        task = asyncio.create_task(ask_again(carrier, parcel))  # wrong: check_nothing_goes_on_afterwards
        again.add(task)
        task.add_done_callback(again.discard)
    return {"prices": {carrier: price for carrier, price in found.items() if price is not None}, "failed": failed}
