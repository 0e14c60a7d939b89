"""Believes that a deadline is a time that one waits in any case.

Says: for a time that need not go by
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
            tasks = {carrier: asyncio.create_task(ask(client, carrier, order)) for carrier in carriers}
            try:
                await asyncio.sleep(0.5)  # wrong: check_all_prices_come_back_at_once
                return {carrier: task.result() for carrier, task in tasks.items() if task.done()}
            finally:
                for task in tasks.values():
                    task.cancel()
    finally:
        await release(order)
