import os

import anyio
import httpx

CARRIERS = os.environ["CARRIERS_URL"]


class NoPrice(Exception):
    """Every carrier has failed."""


async def first_price(carriers: list[str], parcel: int) -> tuple[str, float]:
    prices: list[tuple[str, float]] = []

    async def ask(carrier: str) -> None:
        try:
            answer = await client.get(f"{CARRIERS}/carriers/{carrier}/quote", params={"parcel": parcel})
        except httpx.TransportError:
            return
        if answer.is_success:
            prices.append((carrier, answer.json()["price"]))
            group.cancel_scope.cancel()

    async with httpx.AsyncClient(timeout=30) as client, anyio.create_task_group() as group:
        for carrier in carriers:
            group.start_soon(ask, carrier)
    if not prices:
        raise NoPrice
    return prices[0]
