"""The lab that caches: who hears of a change, and when."""

import json
from itertools import permutations

import pytest

from labs.caching import changes, store
from labs.caching.carriers import Rate
from tests.labs.caching.doing import in_store, put
from tests.server.asking import ask, get
from tests.waiting import FAR, until


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
