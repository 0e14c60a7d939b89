"""An app that asks a key-value store over one connection."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from redis.asyncio import BlockingConnectionPool, Redis

store = Redis(connection_pool=BlockingConnectionPool.from_url(os.environ["REDIS_URL"], max_connections=1, timeout=60))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with store:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/rates/{zone}")
async def rate(zone: str):
    return await store.get(f"rate:{zone}")


@app.get("/waits/{zone}")
async def wait(zone: str):
    return await store.blpop([f"queue:{zone}"])


@app.get("/counted/{zone}")
async def count(zone: str):
    async with store.pipeline() as pipeline:
        return await pipeline.incr(f"asked:{zone}").expire(f"asked:{zone}", 60).execute()


@app.get("/fails/{zone}")
async def fail(zone: str):
    await store.set(f"rate:{zone}", "not a list")
    await store.rpush(f"rate:{zone}", "1")
