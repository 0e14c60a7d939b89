"""Limits: so many requests of a customer in a window of time, counted by two ways, and refused in two places."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import Annotated, NamedTuple
from uuid import uuid4

import redis.asyncio as redis
from fastapi import APIRouter, Depends, Header, HTTPException, Query
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from labs.caching.settings import settings
from labs.caching.store import Store

router = APIRouter(tags=["limits"])

Customer = Annotated[str, Header(alias="x-customer")]
At = Annotated[float | None, Query(ge=0, le=1e11)]  # so that a moment can be chosen to look at; else it is now


# Count first, as many articles have it.


async def count_first(store: redis.Redis, customer: str, *, now: float, limit: int, window: float) -> bool:
    """Note a request, count what is noted, compare: equal moments are one member, and the refused count as well."""
    key = f"counted:{customer}"
    async with store.pipeline(transaction=True) as pipe:
        pipe.zremrangebyscore(key, 0, now - window)
        pipe.zadd(key, {str(now): now})  # whether it is let in or not
        pipe.zcard(key)
        pipe.pexpire(key, math.ceil(window * 1000))
        _, _, count, _ = await pipe.execute()
    return bool(count <= limit)


async def limit_by_counting(store: Store, customer: Customer, at: At = None) -> None:
    """Let a request in, or answer 429, by `count_first`."""
    now = time.time() if at is None else at
    if not await count_first(store, customer, now=now, limit=settings.limit, window=settings.window):
        raise HTTPException(429, "Too many requests.")


@router.post("/limits/count-first", dependencies=[Depends(limit_by_counting)])
async def be_counted() -> dict[str, bool]:
    """Be let in by a count that includes the refused."""
    return {"allowed": True}


# Decide and note in one step.

ADMIT = """
local key, member = KEYS[1], ARGV[1]
local now, window, limit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
local count = redis.call('ZCARD', key)
if count < limit then
    redis.call('ZADD', key, now, member)  -- only who is let in
    redis.call('PEXPIRE', key, window)
    return {1, 0}
end
local first = redis.call('ZRANGE', key, count - limit, count - limit, 'WITHSCORES')
return {0, tonumber(first[2]) + window - now}
"""
"""Runs in the server, where nobody comes in between. Times are whole milliseconds; the present one is given."""


class Admission(NamedTuple):
    """Whether a request is let in; if not, after how many seconds the next one is."""

    allowed: bool
    wait: float


async def admit(store: redis.Redis, customer: str, *, now: float, limit: int, window: float) -> Admission:
    """Let a request in if fewer than the limit were let in within the window."""
    times = (round(now * 1000), math.ceil(window * 1000))
    script = store.register_script(ADMIT)
    allowed, wait = await script(keys=[f"admitted:{customer}"], args=[uuid4().hex, *times, limit])
    return Admission(bool(allowed), wait / 1000)


def retry_after(admission: Admission) -> dict[str, str]:
    """Give the header that says in how many whole seconds it is worth coming again."""
    return {"Retry-After": str(max(1, math.ceil(admission.wait)))}


async def limit_by_admitting(store: Store, customer: Customer, at: At = None) -> None:
    """Let a request in, or answer 429 and say when to come again, by `admit`."""
    now = time.time() if at is None else at
    admission = await admit(store, customer, now=now, limit=settings.limit, window=settings.window)
    if not admission.allowed:
        raise HTTPException(429, "Too many requests.", headers=retry_after(admission))


@router.post("/limits/admit", dependencies=[Depends(limit_by_admitting)])
async def be_admitted() -> dict[str, bool]:
    """Be let in if there is room in the window."""
    return {"allowed": True}


# For all paths under one: a middleware.


class LimitMiddleware:
    """Answers 429 to the customers who ask too much of what is under `/limited/`."""

    def __init__(self, app: ASGIApp, *, limit: int, window: float) -> None:
        self.app, self._limit, self._window = app, limit, window

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it; where nobody can count, everybody is let in."""
        answer = self.app
        if scope["type"] == "http" and scope["path"].startswith("/limited/"):
            admission = await self._ask(scope)
            if admission and not admission.allowed:
                answer = JSONResponse({"detail": "Too many requests."}, 429, headers=retry_after(admission))
        await answer(scope, receive, send)

    async def _ask(self, scope: Scope) -> Admission | None:
        state = scope["app"].state
        customer = Headers(scope=scope).get("x-customer", "nobody")
        ask = partial(admit, state.store, customer, now=time.time(), limit=self._limit, window=self._window)
        admission: Admission | None = await state.guard.attempt(ask)
        return admission


@router.get("/limited/hello")
async def say_hello() -> dict[str, str]:
    """Say hello to those whom the middleware has let in."""
    return {"hello": "customer"}


class RaisingMiddleware:
    """Refuses who asks for `/raised`, by an exception: only routes and dependencies may do that."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or raise what nobody above makes an answer of."""
        if scope["type"] == "http" and scope["path"] == "/raised":
            raise HTTPException(429, "Too many requests.")  # who handles it stands below, next to the routes
        await self.app(scope, receive, send)


@router.get("/raised")
async def never_reached() -> None:
    """Be refused by a middleware that raises: the customer gets 500."""
