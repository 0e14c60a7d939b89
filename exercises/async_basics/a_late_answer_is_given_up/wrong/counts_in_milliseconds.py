"""Believes that a timeout is a number of milliseconds.

Says: waits longer than it should
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


async def quotes(carriers: list[str], order: int) -> dict[str, float]:
    try:
        async with httpx.AsyncClient(timeout=30) as client:
            tasks = {asyncio.create_task(ask(client, carrier, order)): carrier for carrier in carriers}
            try:
                # wrong: check_what_has_come_is_returned_after_half_a_second
                done, _ = await asyncio.wait(tasks, timeout=500)
            finally:
                for task in tasks:
                    task.cancel()
        return {tasks[task]: task.result() for task in done}
    finally:
        await release(order)
