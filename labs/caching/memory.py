"""Memory: what a process keeps of customers and zones, how much that becomes, and who else knows of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from cachetools import TTLCache
from fastapi import APIRouter
from pydantic import BaseModel, FiniteFloat

from labs.caching.carriers import Carriers, Rate, ask_rate
from labs.caching.settings import settings

router = APIRouter(prefix="/memory", tags=["memory"])

Asked = tuple[str, int]
"""Who asks, and for which zone."""


def build_bounded(
    *, most: int, keep: float, timer: Callable[[], float] = time.monotonic
) -> TTLCache[Asked, Rate, float]:
    """Make a cache of so many entries at most, each for so many seconds; a test passes a timer of its own."""
    return TTLCache(maxsize=most, ttl=keep, timer=timer)


unbounded: dict[Asked, Rate] = {}
bounded = build_bounded(most=settings.most_entries, keep=settings.expiry)


@router.get("/unbounded/{customer}/{zone}")
async def rate_unbounded(customer: str, zone: int, carriers: Carriers) -> Rate:
    """Keep a rate for each customer and zone, for ever: as many as there are customers who come once."""
    asked = (customer, zone)
    if asked not in unbounded:
        unbounded[asked] = await ask_rate(carriers, zone)
    return unbounded[asked]


@router.get("/bounded/{customer}/{zone}")
async def rate_bounded(customer: str, zone: int, carriers: Carriers) -> Rate:
    """Keep a rate for each customer and zone, so many at most: who has not been asked for longest is forgotten."""
    asked = (customer, zone)
    if (rate := bounded.get(asked)) is None:  # one look: between two of them it may expire
        rate = bounded[asked] = await ask_rate(carriers, zone)
    return rate


@router.get("/entries")
async def count_entries() -> dict[str, int]:
    """Say how much is kept, and by which process."""
    return {"unbounded": len(unbounded), "bounded": len(bounded), "process": os.getpid()}


# Two processes, two truths.


class Price(BaseModel):
    """What a rate is to be."""

    price: FiniteFloat


agreed: dict[int, Rate] = {}


@router.get("/rates/{zone}")
async def read_agreed(zone: int, carriers: Carriers) -> Rate:
    """Give the rate of a zone, as this process knows it."""
    if zone not in agreed:
        agreed[zone] = await ask_rate(carriers, zone)
    return agreed[zone]


@router.put("/rates/{zone}")
async def change_agreed(zone: int, wanted: Price) -> Rate:
    """Change the rate of a zone, in the memory of this process: no other hears of it."""
    agreed[zone] = Rate(zone=zone, price=wanted.price)
    return agreed[zone]
