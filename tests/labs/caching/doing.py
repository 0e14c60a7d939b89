"""What the tests of the lab that caches do to it."""

import asyncio

import psutil
import redis.asyncio
import requests

from tests.labs.serving import wait_until_arrived
from tests.server.asking import ask
from tests.waiting import FAR, until

CALM = {"STORE_TIMEOUT": "60", "POOL_TIMEOUT": "60", "WINDOW": "600"}
"""For what shall not depend on how fast the machine is."""


def put(url, **content):
    return requests.put(url, timeout=FAR, **content)


def harm(parcel, how):
    """Kill or pause the lab's store; return when it answers nobody."""
    if how == "kill":
        parcel.kill("broker")
    else:
        pause(parcel.parts["broker"])


def pause(server):
    server.pause()
    until(lambda: psutil.Process(server.pid).status() == psutil.STATUS_STOPPED, "it stands still")


def at_once(parcel, path, n, *, name):
    """Ask n times for the same, and return when all have arrived."""
    asked = [ask(f"{parcel.url}{path}", name=f"{name}-{number}") for number in range(n)]
    wait_until_arrived(parcel, f"{name}-", n)
    return asked


def in_store(server, work):
    """Run a coroutine function with a client of this server, which is empty then."""

    async def run():
        async with redis.asyncio.Redis.from_url(server.url, decode_responses=True) as client:
            await client.flushdb()
            return await work(client)

    return asyncio.run(run())
