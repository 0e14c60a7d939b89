"""Changes: what becomes of a kept rate when the true one changes, goes out of date, or was never there."""

from __future__ import annotations

import logging
import time
from functools import partial

import httpx
import redis.asyncio as redis
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from labs.caching.carriers import Carriers, Rate, ask_rate, find_rate
from labs.caching.flights import Flights
from labs.caching.memory import Price
from labs.caching.settings import settings
from labs.caching.store import Store, keep_rate, look

log = logging.getLogger("parcel")
router = APIRouter(prefix="/changes", tags=["changes"])

truth: dict[int, float] = {}
"""The prices that Parcel has set; 10 where it has set none. It stands for a table of a database."""


async def read_truth(carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Read a price, and then wait for the customs: what was read may have changed meanwhile."""
    price = truth.get(zone, 10.0)
    (await carriers.get(f"/customs/{zone}")).raise_for_status()
    return Rate(zone=zone, price=price)


@router.get("/truth/{zone}")
async def tell_truth(zone: int) -> Rate:
    """Give the rate as it is now, whatever is kept of it."""
    return Rate(zone=zone, price=truth.get(zone, 10.0))


# Change, and delete what is kept.


@router.get("/read/delete/{zone}")
async def read_deleted(zone: int, store: Store, carriers: Carriers) -> Rate:
    """Look, read the truth, and keep it: also if it was changed, and the key deleted, in between."""
    key = f"deleted:{zone}"
    if rate := await look(store, key):
        return rate
    rate = await read_truth(carriers, zone)
    await keep_rate(store, key, rate)  # after the delete of somebody who was faster, it lies until it expires
    return rate


@router.put("/write/delete/{zone}")
async def write_deleted(zone: int, wanted: Price, store: Store) -> Rate:
    """Change the truth, and then delete what is kept of it."""
    truth[zone] = wanted.price
    await store.delete(f"deleted:{zone}")
    return Rate(zone=zone, price=wanted.price)


# Change, and begin a new version.


async def read_version(store: redis.Redis, zone: int) -> int:
    """Read the version of a zone; the first is the time, so that a version that was lost never comes again."""
    async with store.pipeline() as pipe:
        pipe.set(f"version:{zone}", time.time_ns(), nx=True)
        pipe.get(f"version:{zone}")
        _, version = await pipe.execute()
    return int(version)


async def renew_version(store: redis.Redis, zone: int) -> None:
    """Begin the next version of a zone: what was kept under the one before is not asked for any more."""
    async with store.pipeline() as pipe:
        pipe.set(f"version:{zone}", time.time_ns(), nx=True)
        pipe.incr(f"version:{zone}")
        await pipe.execute()


@router.get("/read/version/{zone}")
async def read_versioned(zone: int, store: Store, carriers: Carriers) -> Rate:
    """Read the version before the truth: what was true then is kept for those who have read the same version."""
    version = await read_version(store, zone)  # before
    key = f"rate:{zone}:v{version}"
    if rate := await look(store, key):
        return rate
    rate = await read_truth(carriers, zone)
    await keep_rate(store, key, rate)
    return rate


@router.put("/write/version/{zone}")
async def write_versioned(zone: int, wanted: Price, store: Store) -> Rate:
    """Change the truth, and then begin a new version: until then, some may read the old rate, afterwards nobody."""
    truth[zone] = wanted.price
    await renew_version(store, zone)  # after the commit
    return Rate(zone=zone, price=wanted.price)


# Stale while it is asked for anew.


class Kept(BaseModel):
    """A rate, and until when it is fresh, in seconds since 1970: another process must understand it."""

    rate: Rate
    fresh_until: float


class Told(BaseModel):
    """A rate, and whether it is fresh."""

    rate: Rate
    fresh: bool


refreshes: Flights[Rate] = Flights()


async def refresh(store: redis.Redis, carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Ask the carrier, and keep what he says: fresh for a while, and longer to be told while it is asked for anew."""
    try:
        rate = await ask_rate(carriers, zone)
        kept = Kept(rate=rate, fresh_until=time.time() + settings.fresh)
        await store.set(f"stale:{zone}", kept.model_dump_json(), ex=settings.expiry)
    except Exception as error:
        log.warning("The rate of zone %s is not refreshed: %r", zone, error)  # nobody may wait for this task
        raise
    return rate


@router.get("/stale/{zone}")
async def rate_stale(zone: int, store: Store, carriers: Carriers) -> Told:
    """Give what is kept at once, stale or not; who finds it stale has one task ask the carrier anew."""
    ask = partial(refresh, store, carriers, zone)
    found = await store.get(f"stale:{zone}")
    if found is None:
        return Told(rate=await refreshes.join(zone, ask), fresh=True)
    kept = Kept.model_validate_json(found)
    fresh = time.time() < kept.fresh_until
    if not fresh:
        refreshes.begin(zone, ask)  # `refreshes` keeps the task until it is done; nobody waits for it
    return Told(rate=kept.rate, fresh=fresh)


# That there is none.

NO_RATE = "no rate"
"""What is kept when there is no rate. It is no JSON, so it cannot be one."""


@router.get("/unknown/{zone}")
async def rate_unknown(zone: int, store: Store, carriers: Carriers) -> Rate:
    """Answer 404 where there is no rate, and keep that, too: for a shorter time, as there may be one soon."""
    key = f"unknown:{zone}"
    kept = await store.get(key)
    if kept is None:
        rate = await find_rate(carriers, zone)
        if rate is None:
            await store.set(key, NO_RATE, ex=settings.unknown_expiry)
        else:
            await keep_rate(store, key, rate)
    else:
        rate = None if kept == NO_RATE else Rate.model_validate_json(kept)
    if rate is None:
        raise HTTPException(404, "There is no rate for this zone.")
    return rate
