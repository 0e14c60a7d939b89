import os

import anyio
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
    prices: dict[str, float] = {}

    async def note(carrier: str) -> None:
        prices[carrier] = await ask(client, carrier, order)

    async with httpx.AsyncClient(timeout=30) as client:
        with anyio.move_on_after(0.5):
            try:
                async with anyio.create_task_group() as group:
                    for carrier in carriers:
                        group.start_soon(note, carrier)
            finally:
                with anyio.CancelScope(shield=True):
                    await release(order)
    return prices
