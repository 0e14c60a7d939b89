"""Flights: a question that is under way, and all who wait for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

import httpx
from fastapi import APIRouter, HTTPException, Query

from labs.caching.carriers import Carriers, Rate, ask_rate

T = TypeVar("T")
router = APIRouter(prefix="/rates", tags=["rates"])


class Flights(Generic[T]):
    """At most one question at a time for each key: who comes while it is under way gets its answer."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[T]] = {}

    def begin(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Give the task that asks, and start it if there is none; it is kept until it is done."""
        task = self._flights.get(key)
        if task is None or task.done():
            task = self._flights[key] = asyncio.create_task(ask())
            task.add_done_callback(partial(self._land, key))
        return task

    async def join(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Wait for the answer; who stops waiting, be it the first, ends nothing for the others."""
        return await asyncio.shield(self.begin(key, ask))

    def _land(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if self._flights.get(key) is task:
            del self._flights[key]  # also when it failed: the next one asks again
        if not task.cancelled():
            task.exception()  # seen, even if nobody waits any more

    def __len__(self) -> int:
        return len(self._flights)


@router.get("/direct/{zone}")
async def rate_direct(zone: int, carriers: Carriers) -> Rate:
    """Ask the carrier each time."""
    return await ask_rate(carriers, zone)


remembered: dict[int, Rate] = {}


@router.get("/remembered/{zone}")
async def rate_remembered(zone: int, carriers: Carriers) -> Rate:
    """Look, ask, and keep: between the look and the keeping, all others look as well."""
    if zone not in remembered:
        remembered[zone] = await ask_rate(carriers, zone)
    return remembered[zone]


Patience = Annotated[float | None, Query(gt=0)]


async def in_time(answer: Coroutine[Any, Any, T], patience: float | None) -> T:
    """Wait for an answer for so many seconds; then whoever waits is cancelled, and the customer gets 504."""
    try:
        async with asyncio.timeout(patience):
            return await answer
    except TimeoutError:
        raise HTTPException(504, "The carrier does not answer.") from None


shared: dict[int, asyncio.Task[Rate]] = {}


async def share(carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Wait for a task that all share: who is cancelled while he awaits a task cancels it."""
    if zone not in shared:
        shared[zone] = asyncio.create_task(ask_rate(carriers, zone))
        shared[zone].add_done_callback(lambda _: shared.pop(zone))
    return await shared[zone]


@router.get("/fragile/{zone}")
async def rate_fragile(zone: int, carriers: Carriers, patience: Patience = None) -> Rate:
    """Ask once for all who wait; the first who loses patience takes the answer from all others."""
    return await in_time(share(carriers, zone), patience)


landed: dict[int, Rate] = {}
flights: Flights[Rate] = Flights()


async def ask_and_keep(carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Ask the carrier, and keep what it says before anybody else looks."""
    landed[zone] = await ask_rate(carriers, zone)
    return landed[zone]


@router.get("/flight/{zone}")
async def rate_flight(zone: int, carriers: Carriers, patience: Patience = None) -> Rate:
    """Ask once for all who wait, and keep the answer; a flight outlives the customer who began it."""
    if zone in landed:
        return landed[zone]
    return await in_time(flights.join(zone, partial(ask_and_keep, carriers, zone)), patience)


@router.get("/flights")
async def count_flights() -> dict[str, int]:
    """Say how many questions are under way."""
    return {"flights": len(flights)}
