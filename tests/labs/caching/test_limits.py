"""The lab that caches: three in 600 seconds; the moment is given."""

import asyncio

import pytest

from labs.caching import limits
from tests.labs.caching.doing import in_store
from tests.server.asking import get, post


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
