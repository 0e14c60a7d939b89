"""What lesson 07 says of Valkey's client, and of what is done in the server."""

import asyncio

import pytest
import redis.asyncio as redis
from redis.exceptions import MaxConnectionsError

from unblocked.backends.valkey import Valkey


@pytest.fixture(scope="module")
def url():
    with Valkey() as server:
        yield server.url


def test_defaults(url):
    client = redis.Redis.from_url(url)
    assert type(client.connection_pool) is redis.ConnectionPool
    assert client.connection_pool.max_connections == 100
    assert client.connection_pool.make_connection().socket_timeout == 5


def test_pool_by_default_refuses_who_finds_no_connection(url):
    async def main():
        pool = redis.ConnectionPool.from_url(url, max_connections=1)
        lent = await pool.get_connection()
        with pytest.raises(MaxConnectionsError, match="Too many connections"):
            await pool.get_connection()
        await pool.release(lent)
        await pool.aclose()

    asyncio.run(main())


def test_blocking_pool_lets_the_next_one_wait(url):
    async def main():
        pool = redis.BlockingConnectionPool.from_url(url, max_connections=1, timeout=60)
        lent = await pool.get_connection()
        waits = asyncio.create_task(pool.get_connection())
        for _ in range(5):
            await asyncio.sleep(0)
        waited = not waits.done()
        await pool.release(lent)
        same = await waits is lent
        await pool.release(lent)
        await pool.aclose()
        return waited, same

    assert asyncio.run(main()) == (True, True)


def test_one_of_many_may_ask(url):
    async def main():
        async with redis.Redis.from_url(url) as store:
            got = await asyncio.gather(*(store.set("asks:7", n, nx=True, ex=5) for n in range(8)))
            return got.count(True), await store.ttl("asks:7")

    assert asyncio.run(main()) == (1, 5)


def test_what_reads_decides_and_writes_lets_others_in_between(url):
    async def main():
        async with redis.Redis.from_url(url) as store:
            looked = asyncio.Barrier(20)

            async def admit():
                count = int(await store.get("read:ada") or 0)
                await looked.wait()  # the others run while this one awaits
                if count < 10:
                    await store.incr("read:ada")
                return count < 10

            return sum(await asyncio.gather(*(admit() for _ in range(20))))

    assert asyncio.run(main()) == 20
