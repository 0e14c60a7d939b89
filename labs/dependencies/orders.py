"""Orders: a lease of the ledger that a dependency lends, committed after the answer, before it, or never."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from labs.dependencies.clients import Client
from labs.dependencies.services import Receipt, take_order
from labs.pool import Lease, Pool

router = APIRouter(tags=["orders"])
log = logging.getLogger("parcel")


async def get_ledger(request: Request) -> Pool:
    """Give the ledger that the lifespan opened."""
    ledger: Pool = request.app.state.ledger
    return ledger


Ledger = Annotated[Pool, Depends(get_ledger)]


async def lend(order: int, ledger: Ledger) -> AsyncGenerator[Lease]:
    """Lend a lease, and commit what was written with it."""
    async with ledger.acquire(f"order {order}") as lease:
        yield lease
        await lease.commit()


async def lend_and_swallow(order: int, ledger: Ledger) -> AsyncGenerator[Lease]:
    """Lend a lease, commit what was written with it, and log what fails."""
    async with ledger.acquire(f"order {order}") as lease:
        try:
            yield lease
            await lease.commit()
        except Exception as error:  # noqa: BLE001
            log.warning("order %s failed: %s", order, error)  # there is no `raise`: FastAPI never learns of it


Late = Annotated[Lease, Depends(lend)]  # the exit, and so the commit, comes after the answer
InTime = Annotated[Lease, Depends(lend, scope="function")]  # the exit comes before the answer


@router.post("/orders/late/{order}")
async def order_late(order: int, client: Client, lease: Late) -> Receipt:
    """Take an order, with a lease of the default scope."""
    return await take_order(order, client, lease)


@router.post("/orders/in-time/{order}")
async def order_in_time(order: int, client: Client, lease: InTime) -> Receipt:
    """Take an order, with a lease of the scope "function"."""
    return await take_order(order, client, lease)


@router.post("/orders/swallowing/{order}")
async def order_swallowing(order: int, client: Client, lease: Annotated[Lease, Depends(lend_and_swallow)]) -> Receipt:
    """Take an order, with a lease whose lender keeps errors to itself."""
    return await take_order(order, client, lease)


@router.get("/ledger")
async def leases(ledger: Ledger) -> dict[str, int | list[str]]:
    """Say how many leases are out, who holds them, and how many entries were undone."""
    return {"out": ledger.out, "holders": ledger.holders, "undone": ledger.undone}
