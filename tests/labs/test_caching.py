"""The lab that caches: its faults stay broken, and what stands beside them mends them."""

import asyncio
import gzip
import json
from itertools import count, permutations

import httpx
import psutil
import pytest
import redis
import redis.asyncio
import requests

from labs.caching import changes, flights, limits, memory, store
from labs.caching.carriers import Rate
from tests.labs.serving import served, wait_until_arrived
from tests.server.asking import answers, ask, get, post
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.backends.valkey import Valkey

CALM = {"STORE_TIMEOUT": "60", "POOL_TIMEOUT": "60", "WINDOW": "600"}
"""For what shall not depend on how fast the machine is."""

zones = count(1)


@pytest.fixture(scope="module")
def lab(outside):
    with served("caching", outside) as lab:
        yield lab


@pytest.fixture
def parcel(lab):
    return lab(**CALM)


@pytest.fixture
def zone():
    """Give a zone that no other test asks for."""
    return next(zones)


@pytest.fixture(scope="module")
def valkey():
    with Valkey() as server:
        yield server


@pytest.fixture
def kept(parcel):
    """Look into the lab's store."""
    with redis.Redis.from_url(parcel.parts["broker"].url, decode_responses=True) as client:
        yield client


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
    """Run a coroutine function with a client of this server."""

    async def run():
        async with redis.asyncio.Redis.from_url(server.url, decode_responses=True) as client:
            await client.flushdb()
            return await work(client)

    return asyncio.run(run())


# Flights.


def test_direct_route_asks_each_time(parcel, carriers, zone):
    prices = {get(f"{parcel.url}/rates/direct/{zone}").json()["price"] for _ in range(3)}
    assert prices == {carriers.price("swift", zone)}
    assert carriers.total == 3


def test_memory_does_not_help_those_who_come_together(parcel, carriers, zone):
    carriers.hold()
    asked = at_once(parcel, f"/rates/remembered/{zone}", 5, name=f"remembered-{zone}")
    assert carriers.wait_for(5)
    carriers.release()
    assert answers(asked) == [200] * 5
    assert get(f"{parcel.url}/rates/remembered/{zone}").ok
    assert carriers.total == 5


def test_one_flight_for_all_who_come_together(parcel, carriers, zone):
    carriers.hold()
    asked = at_once(parcel, f"/rates/flight/{zone}", 50, name=f"flight-{zone}")
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/rates/flights").json() == {"flights": 1}
    carriers.release()
    assert answers(asked) == [200] * 50
    assert get(f"{parcel.url}/rates/flight/{zone}").json() == {"zone": zone, "price": carriers.price("swift", zone)}
    assert carriers.total == 1
    assert get(f"{parcel.url}/rates/flights").json() == {"flights": 0}


def test_fragile_task_is_cancelled_for_all_by_one(parcel, carriers, zone):
    carriers.hold()
    patient = ask(f"{parcel.url}/rates/fragile/{zone}")
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/rates/fragile/{zone}?patience=0.05").status_code == 504
    assert answers([patient]) == [500]
    assert carriers.wait_until_idle()
    assert [call.gone for call in carriers.calls] == [True]


@pytest.mark.parametrize("first", ["patient", "impatient"])
def test_flight_outlives_who_leaves(first, parcel, carriers, zone):
    carriers.hold()
    patient = None
    if first == "patient":
        patient = ask(f"{parcel.url}/rates/flight/{zone}")
        assert carriers.wait_for(1)
    assert get(f"{parcel.url}/rates/flight/{zone}?patience=0.05").status_code == 504
    assert carriers.wait_for(1)
    patient = patient or ask(f"{parcel.url}/rates/flight/{zone}", name=f"patient-{zone}")
    carriers.release()
    assert answers([patient]) == [200]
    assert carriers.total == 1


def test_failed_flight_is_not_kept(parcel, carriers, zone):
    carriers.hold()
    asked = at_once(parcel, f"/rates/flight/{zone}", 3, name=f"failed-{zone}")
    assert carriers.wait_for(1)
    carriers.break_off("*")
    assert answers(asked) == [502] * 3
    assert get(f"{parcel.url}/rates/flights").json() == {"flights": 0}
    carriers.mend()
    assert get(f"{parcel.url}/rates/flight/{zone}").ok


def test_failure_reaches_all_who_wait():
    async def scene():
        under_way, questions, asked = flights.Flights(), asyncio.Event(), []

        async def fail():
            asked.append(1)
            await questions.wait()
            raise LookupError("no")

        waiting = [asyncio.create_task(under_way.join("key", fail)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        questions.set()
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        with pytest.raises(LookupError):
            await under_way.join("key", fail)
        await asyncio.sleep(0)
        return [type(end) for end in ends], len(asked), len(under_way)

    assert asyncio.run(scene()) == ([asyncio.CancelledError, LookupError, LookupError], 2, 0)


def test_flight_that_nobody_waits_for_fails_quietly(caplog):
    async def scene():
        under_way, go = flights.Flights(), asyncio.Event()

        async def fail():
            await go.wait()
            raise LookupError("no")

        waiter = asyncio.create_task(under_way.join("key", fail))
        await asyncio.sleep(0)
        flight = under_way.begin("key", fail)
        waiter.cancel()
        await asyncio.wait([waiter])
        go.set()
        await asyncio.wait([flight])
        await asyncio.sleep(0)
        return len(under_way)

    assert asyncio.run(scene()) == 0
    assert caplog.text == ""


# Decorators.


@pytest.mark.parametrize(("route", "questions"), [("none", 3), ("kept/none", 1)])
def test_that_there_is_none_is_kept_or_asked_again(route, questions, parcel, carriers, zone):
    carriers.fail("/carriers/snail/*", status=404)
    assert [get(f"{parcel.url}/decorated/{route}/{zone}").json() for _ in range(3)] == [None] * 3
    assert carriers.total == questions


@pytest.mark.parametrize(("route", "others"), [("list", ["fuel", "toll", "express"]), ("kept/list", ["fuel", "toll"])])
def test_one_who_changes_a_list_changes_it_for_others_or_not(route, others, parcel, zone):
    path = f"{parcel.url}/decorated/{route}/{zone}"
    assert get(f"{path}?express=true").json() == ["fuel", "toll", "express"]
    assert get(path).json() == others


def test_objects_at_one_address_are_one_key(parcel):
    assert get(f"{parcel.url}/decorated/objects/5").json() == [1] * 5
    assert get(f"{parcel.url}/decorated/kept/objects/5").json() == [1, 2, 3, 4, 5]


def test_lru_cache_keeps_a_coroutine(parcel, zone):
    path = f"{parcel.url}/decorated/lru/{zone}"
    assert [get(path).status_code for _ in range(2)] == [200, 500]
    until(lambda: "RuntimeError: cannot reuse already awaited coroutine" in parcel.log, "it says why")


def test_async_cache_asks_once_for_all(parcel, carriers, zone):
    carriers.hold()
    asked = at_once(parcel, f"/decorated/kept/none/{zone}", 5, name=f"kept-{zone}")
    assert carriers.wait_for(1)
    carriers.release()
    assert answers(asked) == [200] * 5
    assert carriers.total == 1


def test_popular_cache_asks_for_each(parcel, carriers, zone):
    carriers.hold()
    asked = at_once(parcel, f"/decorated/none/{zone}", 5, name=f"popular-{zone}")
    assert carriers.wait_for(5)
    carriers.release()
    assert answers(asked) == [200] * 5


def test_async_cache_keeps_no_failure(parcel, carriers, zone):
    carriers.fail()
    assert get(f"{parcel.url}/decorated/kept/none/{zone}").status_code == 502
    carriers.mend()
    assert get(f"{parcel.url}/decorated/kept/none/{zone}").ok


# Memory.


def test_dict_grows_and_cache_does_not(lab):
    parcel = lab(MOST_ENTRIES="5", **CALM)
    for customer in range(12):
        assert get(f"{parcel.url}/memory/unbounded/customer-{customer}/7").ok
        assert get(f"{parcel.url}/memory/bounded/customer-{customer}/7").ok
    assert get(f"{parcel.url}/memory/entries").json() == {"unbounded": 12, "bounded": 5, "process": parcel.pid}


@pytest.mark.parametrize(("kind", "questions"), [("unbounded", 1), ("bounded", 1)])
def test_what_is_kept_is_not_asked_again(kind, questions, parcel, carriers, zone):
    for _ in range(2):
        assert get(f"{parcel.url}/memory/{kind}/ada/{zone}").json()["price"] == carriers.price("swift", zone)
    assert carriers.total == questions


def test_entries_expire_by_the_timer_that_is_given():
    now = 0.0
    cache = memory.build_bounded(most=2, keep=10, timer=lambda: now)
    cache["ada", 7] = rate = Rate(zone=7, price=1)
    now = 9.9
    assert cache.get(("ada", 7)) is rate
    now = 10.0
    assert (cache.get(("ada", 7)), len(cache)) == (None, 0)


def test_two_workers_have_two_truths_in_memory_and_one_in_the_store(parcel, outside, carriers, zone):
    where = {**CALM, "REDIS_URL": parcel.parts["broker"].url}
    with serve("labs.caching.second_worker", carriers=outside, env=where) as second:
        assert put(f"{parcel.url}/memory/rates/{zone}", json={"price": 1.5}).ok
        assert get(f"{parcel.url}/memory/rates/{zone}").json()["price"] == 1.5
        assert get(f"{second.url}/memory/rates/{zone}").json()["price"] == carriers.price("swift", zone)
        assert len({get(f"{each.url}/memory/entries").json()["process"] for each in (parcel, second)}) == 2
        carriers.forget()
        for each in (parcel, second):
            assert get(f"{each.url}/stored/strict/{zone}").ok
        assert carriers.total == 1


# The store.


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


# Changes.


@pytest.mark.parametrize(("way", "told"), [("delete", 10.0), ("version", 12.5)])
def test_slow_reader_meets_a_writer(way, told, parcel, carriers, zone):
    carriers.hold("/customs/*")
    reader = ask(f"{parcel.url}/changes/read/{way}/{zone}")
    assert carriers.wait_for(1)
    assert put(f"{parcel.url}/changes/write/{way}/{zone}", json={"price": 12.5}).ok
    carriers.release()
    assert reader.result(FAR).json()["price"] == 10.0
    assert get(f"{parcel.url}/changes/truth/{zone}").json()["price"] == 12.5
    assert get(f"{parcel.url}/changes/read/{way}/{zone}").json()["price"] == told


@pytest.mark.parametrize("way", ["delete", "version"])
def test_what_is_kept_is_read_and_a_change_is_seen(way, parcel, carriers, zone):
    for _ in range(2):
        assert get(f"{parcel.url}/changes/read/{way}/{zone}").json()["price"] == 10.0
    assert carriers.total == 1
    assert put(f"{parcel.url}/changes/write/{way}/{zone}", json={"price": 12.5}).ok
    assert get(f"{parcel.url}/changes/read/{way}/{zone}").json()["price"] == 12.5


def orders(*actors):
    """Give every order in which the steps of several can happen, each keeping the order of its own."""
    turns = [number for number, steps in enumerate(actors) for _ in steps]
    for order in sorted(set(permutations(turns))):
        rest = [iter(steps) for steps in actors]
        yield [next(rest[number]) for number in order]


def is_true_afterwards(valkey, steps, *, versioned):
    """Do steps in this order; say whether the truth is what is read when all is over."""

    async def scene(client):
        truth, seen = 10.0, {}
        key = "deleted:1"
        for step in steps:
            match step:
                case "version":
                    seen["key"] = f"rate:1:v{await changes.read_version(client, 1)}" if versioned else key
                case "read":
                    seen["price"] = truth
                case "keep":
                    await store.keep_rate(client, seen["key"], Rate(zone=1, price=seen["price"]))
                case float():
                    truth = step
                case "renew":
                    await (changes.renew_version(client, 1) if versioned else client.delete(key))
        now = f"rate:1:v{await changes.read_version(client, 1)}" if versioned else key
        kept = await store.look(client, now)
        return kept is None or kept.price == truth

    return in_store(valkey, scene)


READER = ["version", "read", "keep"]


def test_versions_lie_in_no_order(valkey):
    for steps in orders(READER, [11.0, "renew"]):
        assert is_true_afterwards(valkey, steps, versioned=True), steps
    for steps in orders(READER, [11.0, "renew"], [12.0, "renew"]):
        assert is_true_afterwards(valkey, steps, versioned=True), steps


def test_each_other_way_lies_in_some_order(valkey):
    late = ["read", "version", "keep"]
    early = ["renew", 11.0]
    assert not all(is_true_afterwards(valkey, steps, versioned=False) for steps in orders(READER, [11.0, "renew"]))
    assert not all(is_true_afterwards(valkey, steps, versioned=True) for steps in orders(late, [11.0, "renew"]))
    assert not all(is_true_afterwards(valkey, steps, versioned=True) for steps in orders(READER, early))


def test_lost_version_never_comes_again(valkey):
    async def scene(client):
        seen = []
        for _ in range(3):
            seen.append(await changes.read_version(client, 1))
            await changes.renew_version(client, 1)
            seen.append(await changes.read_version(client, 1))
            await client.delete("version:1")
        return seen

    seen = in_store(valkey, scene)
    assert seen == sorted(set(seen))


def test_stale_rate_is_told_at_once_and_refreshed_once(parcel, carriers, kept, zone):
    path = f"{parcel.url}/changes/stale/{zone}"
    assert get(path).json() == {"rate": {"zone": zone, "price": carriers.price("swift", zone)}, "fresh": True}
    old = {"rate": {"zone": zone, "price": 1.5}, "fresh_until": 0}
    kept.set(f"stale:{zone}", json.dumps(old))
    carriers.forget()
    carriers.hold()
    for _ in range(3):
        assert get(path).json() == {"rate": {"zone": zone, "price": 1.5}, "fresh": False}
    assert carriers.wait_for(1)
    carriers.release()
    until(lambda: json.loads(kept.get(f"stale:{zone}"))["fresh_until"] > 0, "it is fresh again")
    assert json.loads(kept.get(f"stale:{zone}"))["rate"]["price"] == carriers.price("swift", zone)
    assert carriers.total == 1


def test_stale_rate_is_told_when_the_carrier_fails(parcel, carriers, kept, zone):
    kept.set(f"stale:{zone}", json.dumps({"rate": {"zone": zone, "price": 1.5}, "fresh_until": 0}))
    carriers.fail()
    assert get(f"{parcel.url}/changes/stale/{zone}").json()["rate"]["price"] == 1.5
    until(lambda: f"The rate of zone {zone} is not refreshed" in parcel.log, "it says so")
    assert "never retrieved" not in parcel.log


def test_that_there_is_none_is_kept_for_a_shorter_time(parcel, carriers, kept, zone):
    carriers.fail("/carriers/snail/*", status=404)
    assert [get(f"{parcel.url}/changes/unknown/{zone}").status_code for _ in range(3)] == [404] * 3
    assert carriers.total == 1
    assert 0 < kept.ttl(f"unknown:{zone}") <= 5
    assert kept.get(f"unknown:{zone}") == changes.NO_RATE
    kept.delete(f"unknown:{zone}")
    carriers.mend()
    for _ in range(2):
        assert get(f"{parcel.url}/changes/unknown/{zone}").json()["price"] == carriers.price("snail", zone)
    assert carriers.total == 2
    assert kept.ttl(f"unknown:{zone}") > 5


def test_sentinel_is_no_rate():
    with pytest.raises(ValueError, match="JSON"):
        Rate.model_validate_json(changes.NO_RATE)


# Limits: three in 600 seconds; the moment is given.


def allowed(parcel, way, moments, customer):
    replies = [post(f"{parcel.url}/limits/{way}?at={moment}", headers={"x-customer": customer}) for moment in moments]
    assert {reply.status_code for reply in replies} <= {200, 429}
    return [moment for moment, reply in zip(moments, replies, strict=True) if reply.ok]


@pytest.mark.parametrize(("way", "let_in"), [("count-first", 10), ("admit", 3)])
def test_equal_moments_are_one_or_several(way, let_in, parcel, zone):
    assert len(allowed(parcel, way, [1000] * 10, f"equal-{zone}")) == let_in


@pytest.mark.parametrize(("way", "again"), [("count-first", []), ("admit", [1600, 1700, 1800, 2200, 2300, 2400])])
def test_one_who_keeps_asking_is_let_in_again_or_never(way, again, parcel, zone):
    moments = range(1000, 2500, 100)
    assert allowed(parcel, way, moments, f"keen-{zone}") == [1000, 1100, 1200, *again]


def test_refusal_says_when_the_next_is_let_in(parcel, zone):
    def ask_at(moment):
        return post(f"{parcel.url}/limits/admit?at={moment}", headers={"x-customer": f"wait-{zone}"})

    assert [ask_at(moment).status_code for moment in (1000, 1000.2, 1400)] == [200] * 3
    for moment, wait in ((1400, "200"), (1599.2, "1"), (1599.999, "1")):
        reply = ask_at(moment)
        assert (reply.status_code, reply.headers["retry-after"]) == (429, wait)
        assert reply.json() == {"detail": "Too many requests."}
    assert ask_at(1600).status_code == 200
    assert ask_at(1600.1).headers["retry-after"] == "1"


def test_of_many_at_once_three_are_admitted(valkey):
    async def scene(client):
        one = limits.admit(client, "many", now=1.0, limit=3, window=60)
        others = [limits.admit(client, "many", now=1.0, limit=3, window=60) for _ in range(49)]
        found = await asyncio.gather(one, *others)
        return [each.allowed for each in found].count(True), await client.pttl("admitted:many")

    admitted, left = in_store(valkey, scene)
    assert admitted == 3
    assert 0 < left <= 60_000


def test_lowered_limit_waits_until_enough_have_left(valkey):
    async def scene(client):
        for now in (0, 10, 20):
            await limits.admit(client, "lowered", now=now, limit=3, window=60)
        return [await limits.admit(client, "lowered", now=now, limit=1, window=60) for now in (30, 79, 80)]

    assert in_store(valkey, scene) == [(False, 50.0), (False, 1.0), (True, 0.0)]


def test_middleware_refuses_what_is_too_much(parcel, zone):
    mine, other = ({"x-customer": f"{name}-{zone}"} for name in ("ada", "bo"))
    replies = [get(f"{parcel.url}/limited/hello", headers=mine) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert 1 <= int(replies[3].headers["retry-after"]) <= 600
    assert replies[3].json() == {"detail": "Too many requests."}
    assert get(f"{parcel.url}/limited/hello", headers=other).ok
    assert get(f"{parcel.url}/health", headers=mine).ok


def test_exception_of_a_middleware_is_a_500(parcel):
    assert get(f"{parcel.url}/raised").status_code == 500


def test_where_nobody_can_count_all_are_let_in(lab):
    parcel = lab(fresh=True, WINDOW="600")
    parcel.kill("broker")
    replies = [get(f"{parcel.url}/limited/hello", headers={"x-customer": "ada"}) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200] * 5


# Pages.


def page(parcel, path, known=None, **headers):
    told = {"if-none-match": known} if known else {}
    return get(f"{parcel.url}/pages/{path}", headers={"accept-encoding": "identity", **told, **headers})


def test_plain_page_is_sent_each_time(parcel):
    first, again = page(parcel, "plain"), page(parcel, "plain", "*")
    assert first.content == again.content
    assert 100_000 < len(first.content) < 131_072
    assert "etag" not in first.headers


def test_page_that_is_known_is_not_sent(parcel):
    tag = page(parcel, "tagged").headers["etag"]
    assert not tag.startswith("W/")
    for known in (tag, f"W/{tag}", "*", f'"other", {tag}', f'W/"with, comma" , W/{tag}'):
        reply = page(parcel, "tagged", known)
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == tag
        assert reply.headers["cache-control"] == "public, max-age=60"
        assert reply.headers["vary"] == "Accept-Encoding"
    for other in ('"other"', tag.strip('"'), '""'):
        assert page(parcel, "tagged", other).status_code == 200


def test_two_headers_are_one_list(parcel):
    tag = page(parcel, "tagged").headers["etag"]
    headers = [("if-none-match", '"other"'), ("if-none-match", tag)]
    assert httpx.get(f"{parcel.url}/pages/tagged", headers=headers, timeout=FAR).status_code == 304


def test_page_that_has_changed_has_another_tag(parcel):
    before = page(parcel, "tagged")
    assert put(f"{parcel.url}/pages/surcharge", json={"percent": 5}).status_code == 204
    after = page(parcel, "tagged", before.headers["etag"])
    assert (after.status_code, after.headers["etag"] == before.headers["etag"]) == (200, False)
    assert put(f"{parcel.url}/pages/surcharge", json={"percent": 0}).status_code == 204
    assert page(parcel, "tagged", before.headers["etag"]).status_code == 304


def test_own_page_is_for_one_customer(parcel):
    ada, bob = (page(parcel, "own", **{"x-customer": name}) for name in ("ada", "robert"))
    assert ada.headers["cache-control"] == "private, max-age=60"
    assert ada.headers["vary"] == "Accept-Encoding, X-Customer"
    assert ada.headers["etag"] != bob.headers["etag"]
    assert page(parcel, "own", ada.headers["etag"], **{"x-customer": "robert"}).content == bob.content


def test_leaked_page_looks_as_if_it_were_for_all(parcel):
    ada, bob = (page(parcel, "leaked", **{"x-customer": name}) for name in ("ada", "robert"))
    assert ada.content != bob.content
    assert ada.headers["cache-control"] == "public, max-age=60"
    assert "vary" not in ada.headers


def test_packed_page_is_the_same_in_fewer_bytes(parcel):
    plain = page(parcel, "packed/tagged")
    packed = get(f"{parcel.url}/pages/packed/tagged", headers={"accept-encoding": "gzip"}, stream=True)
    sent = packed.raw.read(decode_content=False)
    assert gzip.decompress(sent) == plain.content == page(parcel, "plain").content
    assert len(sent) * 3 < len(plain.content)
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] == plain.headers["etag"] == f"W/{page(parcel, 'tagged').headers['etag']}"
    known = page(parcel, "packed/tagged", packed.headers["etag"], **{"accept-encoding": "gzip"})
    assert (known.status_code, known.content) == (304, b"")
