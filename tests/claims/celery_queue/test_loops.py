"""An async client, and the loops that its connections belong to."""

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.waiting import FAR
from unblocked.outside import Outside


@pytest.fixture
def left():
    """Collect what a dead loop has left, in the test that left it."""
    yield
    gc.collect()


LEAVES = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


async def price(client, carriers, n):
    answer = await client.get(f"{carriers.url}/carriers/swift/quote?parcel={n}", timeout=FAR)
    return answer.json()["price"]


@LEAVES
@pytest.mark.usefixtures("left")
def test_every_second_loop_finds_a_connection_of_a_dead_one(carriers):
    client, seen = httpx.AsyncClient(), []
    for n in range(6):
        try:
            seen.append(asyncio.run(price(client, carriers, n)) == Outside.price("swift", n))
        except RuntimeError as error:
            seen.append(str(error))
    assert seen == [True, "Event loop is closed"] * 3


@LEAVES
@pytest.mark.usefixtures("left")
def test_threads_have_a_loop_each_at_the_same_time(carriers):
    carriers.hold("/carriers/*")
    client, loops = httpx.AsyncClient(), []

    def task(n):
        async def ask():
            loops.append(asyncio.get_running_loop())
            return await price(client, carriers, n)

        return asyncio.run(ask())

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(task, n) for n in range(2)]
        assert carriers.wait_for(2)
        assert len(set(loops)) == 2
        carriers.release()
        [one.exception(FAR) for one in asked]


def test_loop_in_a_thread_of_its_own_serves_all_threads(carriers):
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    client = httpx.AsyncClient()

    def task(n):
        return asyncio.run_coroutine_threadsafe(price(client, carriers, n), loop).result(FAR)

    with ThreadPoolExecutor(2) as pool:
        prices = list(pool.map(task, range(6)))
    assert prices == [Outside.price("swift", n) for n in range(6)]
    asyncio.run_coroutine_threadsafe(client.aclose(), loop).result(FAR)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_what_belongs_to_another_loop_is_told():
    other = asyncio.new_event_loop()
    future = other.create_future()

    async def wait():
        await future

    with pytest.raises(RuntimeError, match="attached to a different loop"):
        asyncio.run(wait())
    other.close()
