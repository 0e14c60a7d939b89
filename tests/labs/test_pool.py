"""The leases of Parcel's ledger: lent, given back, waited for, and taken again without a word."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

import pytest

from labs.pool import Lease, LedgerError, NoLease, Pool


@pytest.fixture
def ledger(carriers, monkeypatch):
    monkeypatch.setenv("CARRIERS_URL", carriers.url)
    return carriers


@pytest.mark.usefixtures("ledger")
def test_lease_is_given_back_however_its_block_ends():
    async def orders():
        async with Pool(size=2) as pool:
            async with pool.acquire("order 7"), pool.acquire("order 8"):
                seen = pool.out, pool.holders
            with pytest.raises(KeyError):
                async with pool.acquire("order 9"):
                    raise KeyError
            return seen, pool.out, pool.peak

    assert asyncio.run(orders()) == ((2, ["order 7", "order 8"]), 0, 2)


def test_ledger_keeps_what_is_committed_and_nothing_else(ledger):
    async def orders():
        async with Pool() as pool:
            async with pool.acquire("order 7") as lease:
                await lease.write("order 7: 14.88")
                await lease.write("order 7: paid")
                await lease.commit()
            async with pool.acquire("order 8") as lease:
                await lease.write("order 8: 9.10")
            return pool.undone

    assert asyncio.run(orders()) == 1
    [committed] = ledger.calls
    assert parse_qsl(urlsplit(committed.path).query) == [("entry", "order 7: 14.88"), ("entry", "order 7: paid")]


def test_commit_fails_when_the_ledger_does(ledger):
    ledger.fail("/ledger/*", status=503)

    async def order():
        async with Pool() as pool, pool.acquire("order 7") as lease:
            await lease.write("order 7: 14.88")
            with pytest.raises(LedgerError, match="503"):
                await lease.commit()
            return [*lease.entries]

    assert asyncio.run(order()) == ["order 7: 14.88"]


@pytest.mark.usefixtures("ledger")
def test_who_finds_none_waits_for_the_next_one():
    async def orders():
        async with Pool(size=1) as pool:
            held = pool.acquire("order 7")
            await held.__aenter__()
            waiting = asyncio.create_task(write(pool, "order 8"))
            await asyncio.sleep(0)
            before = pool.holders
            await held.__aexit__(None, None, None)
            await waiting
            return before, pool.out, pool.peak

    assert asyncio.run(orders()) == (["order 7"], 0, 1)


async def write(pool, holder):
    async with pool.acquire(holder) as lease:
        await lease.write(holder)


@pytest.mark.usefixtures("ledger")
def test_who_waits_too_long_learns_who_holds_them():
    async def orders():
        async with Pool(size=1, timeout=0.01) as pool, pool.acquire("order 7"), pool.acquire("order 8"):
            pass

    with pytest.raises(NoLease, match=r"no lease in 0\.01 s: 1 of 1 are out, held by order 7"):
        asyncio.run(orders())


def test_what_was_rolled_back_is_not_kept(ledger):
    async def order():
        async with Pool() as pool, pool.acquire("order 7") as lease:
            await lease.write("order 7: 14.88")
            lease.rollback()
            await lease.write("order 7: 9.10")
            await lease.commit()

    asyncio.run(order())
    assert [urlsplit(call.path).query for call in ledger.calls] == ["entry=order+7%3A+9.10"]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("late", [lambda lease: lease.write("order 7: late"), Lease.commit], ids=["write", "commit"])
def test_lease_used_after_it_was_given_back_is_out_again(late):
    async def order():
        async with Pool() as pool:
            async with pool.acquire("order 7") as lease:
                await lease.write("order 7: undone")
            given_back = pool.out, [*lease.entries]
            await late(lease)
            return given_back, pool.out, pool.holders

    assert asyncio.run(order()) == ((0, []), 1, ["order 7"])
