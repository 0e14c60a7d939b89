"""The lab that caches: keys, times to live and locks in Valkey, and what goes on when it fails."""

import asyncio
import json

import pytest
import redis.asyncio

from labs.caching import store
from labs.caching.carriers import Rate
from tests.labs.caching.doing import at_once, harm, in_store, pause
from tests.server.asking import answers, ask, get
from tests.waiting import FAR, until
from unblocked.backends.valkey import Valkey


@pytest.mark.parametrize("kind", ["refusing", "strict", "tolerant"])
def test_rate_is_kept_as_json_for_a_while(kind, parcel, carriers, kept, zone):
    for _ in range(2):
        assert get(f"{parcel.url}/stored/{kind}/{zone}").json() == {
            "zone": zone,
            "price": carriers.price("swift", zone),
        }
    assert carriers.total == 1
    assert json.loads(kept.get(f"rate:{zone}")) == {"zone": zone, "price": carriers.price("swift", zone)}


def test_not_all_expire_together(valkey):
    async def scene(client):
        for zone in range(30):
            await store.keep_rate(client, f"rate:{zone}", Rate(zone=zone, price=1))
        return {await client.pexpiretime(f"rate:{zone}") // 1000 for zone in range(30)}, await client.ttl("rate:0")

    moments, left = in_store(valkey, scene)
    assert len(moments) > 1
    assert 0 < left <= store.settings.expiry + store.settings.jitter


def test_pool_that_refuses_raises_when_all_are_lent(parcel, zone):
    broker = parcel.parts["broker"]
    pause(broker)
    asked = [ask(f"{parcel.url}/stored/refusing/{zone}") for _ in range(50)]
    until(lambda: sum(one.done() for one in asked) == 45, "45 are refused")
    broker.go_on()
    statuses = answers(asked)
    assert (statuses.count(200), statuses.count(500)) == (5, 45)
    until(lambda: "redis.exceptions.MaxConnectionsError: Too many connections" in parcel.log, "it says why")


def test_pool_that_waits_serves_all(parcel, kept, zone):
    broker = parcel.parts["broker"]
    pause(broker)
    asked = at_once(parcel, f"/stored/strict/{zone}", 50, name=f"strict-{zone}")
    broker.go_on()
    assert answers(asked) == [200] * 50
    assert len(kept.client_list()) <= 1 + 2 * 5  # this test's, and two pools of five


def test_waiting_for_a_connection_has_an_end(lab, zone):
    parcel = lab(STORE_TIMEOUT="0.25", POOL_TIMEOUT="0.25")
    pause(parcel.parts["broker"])
    asked = [ask(f"{parcel.url}/stored/strict/{zone}") for _ in range(50)]
    assert answers(asked) == [500] * 50
    until(lambda: "redis.exceptions.ConnectionError: No connection available." in parcel.log, "it says why")
    assert (
        "redis.exceptions.TimeoutError: Timeout reading from" in parcel.log or "ConnectionError: Timeout" in parcel.log
    )
    parcel.go_on("broker")


@pytest.mark.parametrize("how", ["kill", "pause"])
def test_strict_route_is_down_with_the_store_and_tolerant_one_is_not(how, lab, carriers, zone):
    parcel = lab(fresh=True, STORE_REST="0")
    assert get(f"{parcel.url}/stored/tolerant/{zone}").ok  # a connection is open
    harm(parcel, how)
    assert get(f"{parcel.url}/stored/strict/{zone}").status_code == 500
    assert get(f"{parcel.url}/stored/tolerant/{zone}").json()["price"] == carriers.price("swift", zone)
    assert get(f"{parcel.url}/stored/guard").json()["failed"] > 0
    parcel.again("broker") if how == "kill" else parcel.go_on("broker")

    def is_kept_again():
        carriers.forget()
        get(f"{parcel.url}/stored/tolerant/{zone}")
        return carriers.total == 0

    until(is_kept_again, "the store is used again")


def test_store_that_failed_is_left_alone(lab, zone):
    parcel = lab(fresh=True, STORE_REST="600")
    parcel.kill("broker")
    for n in range(5):
        assert get(f"{parcel.url}/stored/tolerant/{zone + n}").ok
    assert get(f"{parcel.url}/stored/guard").json() == {"tried": 1, "failed": 1, "resting": True}


def test_guard_tries_again_after_its_rest():
    clock, tried = {"now": 0.0}, []

    async def fail():
        tried.append(clock["now"])
        raise redis.exceptions.ConnectionError("down")

    guard = store.Guard(patience=FAR, rest=2, clock=lambda: clock["now"])
    for clock["now"] in (0.0, 1.9, 2.0, 3.9, 4.0):
        assert asyncio.run(guard.attempt(fail)) is None
    assert tried == [0.0, 2.0, 4.0]


def test_guard_hides_no_mistake_of_ours():
    async def err():
        raise KeyError("rate")

    with pytest.raises(KeyError):
        asyncio.run(store.Guard(patience=FAR, rest=2).attempt(err))


def test_answer_that_comes_too_late_is_given_to_nobody_else():
    async def scene(url, server):
        guard = store.Guard(patience=0.05, rest=0)
        pool = redis.asyncio.BlockingConnectionPool.from_url(url, max_connections=1, socket_timeout=FAR)
        client = redis.asyncio.Redis.from_pool(pool)
        async with client:
            await client.mset({"a": "of a", "b": "of b"})
            pause(server)
            assert await guard.attempt(lambda: client.get("a")) is None
            server.go_on()
            return await client.get("b")

    with Valkey() as server:
        assert asyncio.run(scene(server.url, server)) == b"of b"


def test_stampede_is_one_question(parcel, carriers, zone):
    carriers.hold()
    asked = at_once(parcel, f"/stored/tolerant/{zone}", 50, name=f"stampede-{zone}")
    assert carriers.wait_for(1)
    carriers.release()
    assert answers(asked) == [200] * 50
    assert carriers.total == 1


def test_strict_route_has_a_stampede(parcel, carriers, zone):
    carriers.hold()
    asked = at_once(parcel, f"/stored/strict/{zone}", 8, name=f"strict-stampede-{zone}")
    assert carriers.wait_for(8)
    carriers.release()
    assert answers(asked) == [200] * 8


@pytest.mark.parametrize("entry", ["null", "{}", "not JSON", b"\xff", '{"zone": 1, "price": "cheap"}'])
def test_entry_that_cannot_be_read_is_a_miss(entry, parcel, carriers, kept, zone):
    kept.set(f"rate:{zone}", entry)
    assert get(f"{parcel.url}/stored/tolerant/{zone}").json()["price"] == carriers.price("swift", zone)
    assert json.loads(kept.get(f"rate:{zone}"))["zone"] == zone
