"""Believes that `asyncio.wait` with a timeout ends the tasks that are late.

Says: the questions go on
"""

import asyncio
import os

import httpx

CARRIERS = os.environ["CARRIERS_URL"]


async def release(order: int) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        await client.post(f"{CARRIERS}/warehouse/orders/{order}/release")


async def ask(client: httpx.AsyncClient, carrier: str, order: int) -> float:
    answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": order})
    answer.raise_for_status()
    return answer.json()["price"]


client = httpx.AsyncClient(timeout=30)


async def quotes(carriers: list[str], order: int) -> dict[str, float]:
    try:
        tasks = {asyncio.create_task(ask(client, carrier, order)): carrier for carrier in carriers}
        done, _ = await asyncio.wait(tasks, timeout=0.5)  # wrong: check_no_question_is_left_at_a_carrier
        return {tasks[task]: task.result() for task in done}
    finally:
        await release(order)
