"""Decorators that cache: one as many articles have it, `lru_cache`, and one that is made for coroutine functions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import httpx
from async_lru import alru_cache
from fastapi import APIRouter

from labs.caching.carriers import Carriers, Rate, ask_rate, find_rate
from labs.caching.settings import settings

P = ParamSpec("P")
T = TypeVar("T")
router = APIRouter(prefix="/decorated", tags=["decorators"])

store: dict[str, Any] = {}


def popular(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Cache what a coroutine function gives: with faults that no type checker sees."""

    @wraps(function)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        key = f"{function.__name__}:{hash(str(args) + str(kwargs))}"  # what is `str` of an object?
        if (value := store.get(key)) is not None:  # None is an answer, too
            return value  # type: ignore[no-any-return]  # the object itself, which its reader may change
        value = store[key] = await function(*args, **kwargs)
        return value

    return wrapper


# A carrier that does not serve a zone.


@popular
async def find_popular(carriers: httpx.AsyncClient, zone: int) -> Rate | None:
    """Ask a carrier who may not serve the zone."""
    return await find_rate(carriers, zone)


@router.get("/none/{zone}")
async def none_popular(zone: int, carriers: Carriers) -> Rate | None:
    """Ask for a rate that there may not be: that there is none is asked again each time."""
    return await find_popular(carriers, zone)


# A list that somebody changes.


@popular
async def surcharges_popular(carriers: httpx.AsyncClient, zone: int) -> list[str]:
    """Give the surcharges of a zone: a list, which is the same for all."""
    rate = await ask_rate(carriers, zone)
    return ["fuel", "toll"] if rate.price > 0 else []


@router.get("/list/{zone}")
async def list_popular(zone: int, carriers: Carriers, *, express: bool = False) -> list[str]:
    """Give the surcharges of a parcel: one express parcel, and all after it pay for express."""
    surcharges = await surcharges_popular(carriers, zone)
    if express:
        surcharges.append("express")  # in the cache
    return surcharges


# Objects as arguments.


class Parcel:
    """A parcel without a `__repr__` of its own: `str` of it tells its address in memory."""

    __slots__ = ("kilos",)

    def __init__(self, kilos: int) -> None:
        self.kilos = kilos


@popular
async def weigh_popular(parcel: Parcel) -> int:
    """Give the weight of a parcel, cached by the address of the object."""
    return parcel.kilos


@router.get("/objects/{parcels}")
async def objects_popular(parcels: int) -> list[int]:
    """Weigh parcels of 1, 2, 3 … kilos, each made when the one before is gone: at the same address."""
    return [await weigh_popular(Parcel(kilos)) for kilos in range(1, parcels + 1)]


# `functools.lru_cache`.


@lru_cache
async def ask_lru(carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Ask a carrier: what is cached is the coroutine, which can be awaited once."""
    return await ask_rate(carriers, zone)


@router.get("/lru/{zone}")
async def rate_lru(zone: int, carriers: Carriers) -> Rate:
    """Ask with `lru_cache` on a coroutine function: the first is answered, the second gets an error."""
    return await ask_lru(carriers, zone)


# What mends all of them.


def by_zone(_: httpx.AsyncClient, zone: int) -> int:
    """Give the key of a question: plain values that say what is asked, and nothing else."""
    return zone


@alru_cache(maxsize=settings.most_entries, ttl=settings.expiry, jitter=settings.jitter, key=by_zone)
async def find_kept(carriers: httpx.AsyncClient, zone: int) -> Rate | None:
    """Ask a carrier who may not serve the zone; None is kept as any other answer, a failure is not."""
    return await find_rate(carriers, zone)


@router.get("/kept/none/{zone}")
async def none_kept(zone: int, carriers: Carriers) -> Rate | None:
    """Ask for a rate that there may not be: once for all, also if all come at once."""
    return await find_kept(carriers, zone)


@alru_cache(maxsize=settings.most_entries, ttl=settings.expiry, key=by_zone)
async def surcharges_kept(carriers: httpx.AsyncClient, zone: int) -> tuple[str, ...]:
    """Give the surcharges of a zone: a tuple, which nobody can change."""
    rate = await ask_rate(carriers, zone)
    return ("fuel", "toll") if rate.price > 0 else ()


@router.get("/kept/list/{zone}")
async def list_kept(zone: int, carriers: Carriers, *, express: bool = False) -> list[str]:
    """Give the surcharges of a parcel: who adds one adds it to a list of his own."""
    surcharges = [*await surcharges_kept(carriers, zone)]
    if express:
        surcharges.append("express")
    return surcharges


@alru_cache(maxsize=settings.most_entries)
async def weigh_kept(kilos: int) -> int:
    """Give the weight of a parcel, cached by the value that it depends on."""
    return kilos


@router.get("/kept/objects/{parcels}")
async def objects_kept(parcels: int) -> list[int]:
    """Weigh parcels of 1, 2, 3 … kilos: the key is what is asked for, wherever the object lies."""
    return [await weigh_kept(Parcel(kilos).kilos) for kilos in range(1, parcels + 1)]
