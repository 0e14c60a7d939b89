"""What Parcel does with carriers and ledger. Nothing here knows of requests, so a script can use it as well."""

from __future__ import annotations

import httpx
from pydantic import BaseModel

from labs.pool import Lease, Pool


class Quote(BaseModel):
    """What a carrier takes for a parcel."""

    carrier: str
    parcel: int
    price: float


class Receipt(BaseModel):
    """An order that was taken, and its price."""

    order: int
    price: float


async def ask_price(client: httpx.AsyncClient, parcel: int, *, carrier: str = "swift") -> Quote:
    """Ask a carrier for its price."""
    answer = await client.get(f"/carriers/{carrier}/quote", params={"parcel": parcel})
    return Quote.model_validate(answer.raise_for_status().json())


async def take_order(order: int, client: httpx.AsyncClient, lease: Lease) -> Receipt:
    """Ask for the price of an order, and write it down; whoever lent the lease commits."""
    quote = await ask_price(client, order)
    await lease.write(f"order {order}: {quote.price}")
    return Receipt(order=order, price=quote.price)


class Ordering:
    """Takes orders: asks for the price first, and has a lease for the writing only."""

    def __init__(self, client: httpx.AsyncClient, ledger: Pool, *, carrier: str) -> None:
        self._client, self._ledger, self._carrier = client, ledger, carrier

    async def take(self, order: int) -> Receipt:
        """Take an order; it is kept when this returns."""
        quote = await ask_price(self._client, order, carrier=self._carrier)
        async with self._ledger.acquire(f"order {order}") as lease:
            await lease.write(f"order {order}: {quote.price}")
            await lease.commit()
        return Receipt(order=order, price=quote.price)
