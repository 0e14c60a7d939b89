"""An app that keeps things in a database, through one connection, from the loop and from threads."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

CARRIERS = os.environ["CARRIERS_URL"]
URL = make_url(os.environ["DATABASE_URL"])
engine = create_async_engine(URL, pool_size=1, max_overflow=0, pool_timeout=60)
of_threads = create_engine(URL.set(drivername="postgresql+psycopg"), pool_size=1, max_overflow=0, pool_timeout=60)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with httpx.AsyncClient(base_url=CARRIERS, timeout=60) as app.state.carriers:
        yield
    await engine.dispose()
    of_threads.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/async/{name}")
async def hold(name: str):
    async with engine.begin() as connection:
        await connection.execute(text("SELECT count(*) FROM parcels"))
        await app.state.carriers.get(f"/held/{name}")


@app.get("/sync/{name}")
def hold_in_a_thread(name: str):
    with of_threads.begin() as connection:
        connection.execute(text("SELECT count(*) FROM parcels"))
        httpx.get(f"{CARRIERS}/held/{name}", timeout=60)


@app.get("/locked/{_}")
async def wait_for_a_lock(_: str):
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE parcels SET n = n + 1"))


@app.get("/fails/{_}")
async def fail(_: str):
    async with engine.connect() as connection:
        await connection.execute(text("SELECT nothing FROM nowhere"))
