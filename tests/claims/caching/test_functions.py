"""What lesson 07 says of decorators and of tasks that many wait for."""

import asyncio
import subprocess
import sys
from functools import lru_cache

import pytest
from async_lru import alru_cache
from cachetools import TTLCache


class Source:
    """Counts how often it is asked; answers when it may, and fails as long as it is told to."""

    def __init__(self):
        self.asked = 0
        self.fails = False
        self.may = asyncio.Event()

    async def ask(self):
        self.asked += 1
        await self.may.wait()
        if self.fails:
            raise ConnectionError
        return "12.50"


async def turns(n=5):
    for _ in range(n):
        await asyncio.sleep(0)


@pytest.mark.parametrize("shielded", [False, True])
def test_who_is_cancelled_while_it_awaits_a_task_cancels_it_unless_shielded(shielded):
    async def main():
        source = Source()
        task = asyncio.create_task(source.ask())

        async def wait():
            return await (asyncio.shield(task) if shielded else task)

        first, second = asyncio.create_task(wait()), asyncio.create_task(wait())
        await turns()
        first.cancel()
        await turns()
        source.may.set()
        await turns()
        return task.cancelled(), (await asyncio.gather(second, return_exceptions=True))[0]

    cancelled, answer = asyncio.run(main())
    assert cancelled is not shielded
    assert answer == "12.50" if shielded else isinstance(answer, asyncio.CancelledError)


def test_coroutine_can_be_awaited_once():
    @lru_cache
    async def rate():
        return 7

    async def main():
        assert await rate() == 7
        with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
            await rate()

    asyncio.run(main())


def test_alru_cache_is_one_flight_and_keeps_no_failure():
    async def main():
        source = Source()
        rate = alru_cache(maxsize=2, ttl=60)(source.ask)
        asked = [asyncio.create_task(rate()) for _ in range(50)]
        await turns()
        source.fails = True
        source.may.set()
        failed = await asyncio.gather(*asked, return_exceptions=True)
        source.fails = False
        return source.asked, {type(each) for each in failed}, await rate(), await rate(), source.asked

    assert asyncio.run(main()) == (1, {ConnectionError}, "12.50", "12.50", 2)


def test_alru_cache_keeps_none():
    async def main():
        asked = []

        @alru_cache
        async def rate(zone):
            asked.append(zone)

        return await rate(7), await rate(7), asked

    assert asyncio.run(main()) == (None, None, [7])


def test_hash_of_text_is_another_one_in_another_process():
    command = [sys.executable, "-c", "print(hash('(7,){}'))"]
    env = {"PATH": "", "PYTHONHASHSEED": "random"}
    told = {subprocess.run(command, env=env, capture_output=True, check=True).stdout for _ in range(3)}
    assert len(told) > 1


def test_who_was_not_asked_for_longest_is_forgotten_first():
    cache = TTLCache(maxsize=2, ttl=60, timer=lambda: 0)
    cache["ada"], cache["bob"] = 1, 2
    assert cache["ada"] == 1
    cache["eve"] = 3
    assert sorted(cache) == ["ada", "eve"]


def test_expiry_counts_from_the_keeping():
    now = [0]
    cache = TTLCache(maxsize=2, ttl=60, timer=lambda: now[0])
    cache["ada"] = 1
    now[0] = 59
    assert cache.get("ada") == 1
    now[0] = 60
    assert cache.get("ada") is None
