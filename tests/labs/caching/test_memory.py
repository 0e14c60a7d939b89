"""The lab that caches: what decorators and dictionaries keep."""

import pytest

from labs.caching import memory
from labs.caching.carriers import Rate
from tests.labs.caching.doing import CALM, at_once, put
from tests.server.asking import answers, get
from tests.waiting import until
from unblocked import serve


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
