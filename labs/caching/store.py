"""The store: rates in Valkey, as JSON and for a while; what happens when many come at once, and when it is down."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, TypeVar

import httpx
import redis.asyncio as redis
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import ValidationError
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from labs.caching.carriers import Carriers, Rate, ask_rate
from labs.caching.flights import Flights
from labs.caching.settings import settings

T = TypeVar("T")
log = logging.getLogger("parcel")
router = APIRouter(prefix="/stored", tags=["store"])


class Guard:
    """Asks the store, but never for long, and after a failure not again for a while: all of that is a miss.

    Args:
        patience: seconds for a question, whatever of it takes them: a free connection, connecting, or the answer.
        rest: seconds for which the store is left alone after a failure.
        clock: gives the time; a test passes its own.

    """

    def __init__(self, *, patience: float, rest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._rest, self._clock = patience, rest, clock
        self._until = float("-inf")
        self.tried = self.failed = 0

    @property
    def resting(self) -> bool:
        """Whether the store is left alone now."""
        return self._clock() < self._until

    async def attempt(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """Give the store's answer; None if there is none to be had."""
        if self.resting:
            return None
        self.tried += 1
        try:
            async with asyncio.timeout(self._patience):
                return await question()
        except (RedisError, OSError) as error:  # the end of our patience, `TimeoutError`, is an `OSError`
            self.failed += 1
            self._until = self._clock() + self._rest
            log.warning("The store is left alone for %g s: %s %s", self._rest, type(error).__name__, error)
            return None


def connect(pool: type[redis.ConnectionPool], **options: float) -> redis.Redis:
    """Make a client with a pool of its own, that neither waits for long nor tries again."""
    made = pool.from_url(
        settings.redis_url,
        decode_responses=True,
        max_connections=settings.max_connections,
        socket_connect_timeout=settings.store_timeout,
        socket_timeout=settings.store_timeout,  # 5 s, if nothing is said
        retry=Retry(NoBackoff(), 0),
        **options,
    )
    return redis.Redis.from_pool(made)


@asynccontextmanager
async def open_stores(app: FastAPI) -> AsyncIterator[None]:
    """Open two clients: one whose pool refuses who finds no connection, and one whose pool lets him wait."""
    async with (
        connect(redis.ConnectionPool) as refusing,
        connect(redis.BlockingConnectionPool, timeout=settings.pool_timeout) as waiting,
    ):
        app.state.refusing, app.state.store = refusing, waiting
        app.state.guard = Guard(patience=settings.store_timeout, rest=settings.store_rest)
        yield


async def read_refusing(request: Request) -> redis.Redis:
    """Give the client whose pool raises when all connections are lent."""
    client: redis.Redis = request.app.state.refusing
    return client


async def read_store(request: Request) -> redis.Redis:
    """Give the client whose pool waits for a connection."""
    client: redis.Redis = request.app.state.store
    return client


async def read_guard(request: Request) -> Guard:
    """Give what asks the store carefully."""
    guard: Guard = request.app.state.guard
    return guard


Refusing = Annotated[redis.Redis, Depends(read_refusing)]
Store = Annotated[redis.Redis, Depends(read_store)]
Guarded = Annotated[Guard, Depends(read_guard)]


# Cache-aside: look, ask, keep.


async def look(store: redis.Redis, key: str) -> Rate | None:
    """Look a rate up; what cannot be read, for another release has written it, is a miss."""
    try:
        kept = await store.get(key)
        return None if kept is None else Rate.model_validate_json(kept)
    except (ValidationError, UnicodeDecodeError):
        return None


async def keep_rate(store: redis.Redis, key: str, rate: Rate) -> None:
    """Keep a rate for a while, and each a little longer or less: what was kept together does not expire together."""
    seconds = settings.expiry + random.randint(0, settings.jitter)
    await store.set(key, rate.model_dump_json(), ex=seconds)


async def look_or_ask(store: redis.Redis, carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Look in the store; ask the carrier if it is not there, and keep the answer."""
    key = f"rate:{zone}"
    if rate := await look(store, key):
        return rate
    rate = await ask_rate(carriers, zone)
    await keep_rate(store, key, rate)
    return rate


@router.get("/refusing/{zone}")
async def rate_refusing(zone: int, store: Refusing, carriers: Carriers) -> Rate:
    """Use a pool that raises when all connections are lent: "Too many connections"."""
    return await look_or_ask(store, carriers, zone)


@router.get("/strict/{zone}")
async def rate_strict(zone: int, store: Store, carriers: Carriers) -> Rate:
    """Use a pool that lets the next one wait; when the store is down, so is this route."""
    return await look_or_ask(store, carriers, zone)


flights: Flights[Rate] = Flights()


async def look_or_ask_anyway(store: redis.Redis, guard: Guard, carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Look in the store, carefully; a store that is down is a miss, and keeps nothing."""
    key = f"rate:{zone}"
    if rate := await guard.attempt(lambda: look(store, key)):
        return rate
    rate = await ask_rate(carriers, zone)
    await guard.attempt(lambda: keep_rate(store, key, rate))
    return rate


@router.get("/tolerant/{zone}")
async def rate_tolerant(zone: int, store: Store, guard: Guarded, carriers: Carriers) -> Rate:
    """Use the store while it is there, and one question for all who wait: slower without it, never broken."""
    return await flights.join(zone, partial(look_or_ask_anyway, store, guard, carriers, zone))


@router.get("/guard")
async def read_state(guard: Guarded) -> dict[str, int | bool]:
    """Say how often the store was asked carefully, how often that failed, and whether it is left alone now."""
    return {"tried": guard.tried, "failed": guard.failed, "resting": guard.resting}
