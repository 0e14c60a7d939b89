"""The lab of lesson 01: who asks one carrier at a time, who asks together, and what is left after a failure."""

import pytest

from tests.labs.serving import paths, served, wait_until_arrived
from tests.server.asking import answers, ask, get
from tests.waiting import until
from unblocked.outside import Outside

NAMES = ["swift", "turtle", "owl"]
ONE_BY_ONE = ["sequential", "prepared"]
TOGETHER = ["concurrent", "grouped", "bounded"]


@pytest.fixture(scope="module")
def lab(outside):
    with served("async_basics", outside) as lab:
        yield lab


def quotes(parcel, route, number=7):
    return f"{parcel.url}/quotes/{route}/{number}"


@pytest.mark.parametrize("route", [*ONE_BY_ONE, *TOGETHER])
def test_every_route_gives_each_carriers_price(route, parcel, carriers):
    answer = get(quotes(parcel, route))
    assert answer.json() == {"parcel": 7, "prices": {name: Outside.price(name, 7) for name in NAMES}}
    assert sorted(paths(carriers)) == sorted(f"/carriers/{name}/quote?parcel=7" for name in NAMES)


@pytest.mark.parametrize("route", ONE_BY_ONE)
def test_next_carrier_waits_for_the_one_before(route, parcel, carriers):
    carriers.hold()
    answer = ask(quotes(parcel, route))
    for asked, name in enumerate(NAMES, start=1):
        until(lambda asked=asked: carriers.total == asked, "the next carrier is asked")
        assert get(f"{parcel.url}/health").ok  # awaiting stops nobody else
        assert [call.path for call in carriers.calls if call.left is None] == [f"/carriers/{name}/quote?parcel=7"]
        carriers.release(1)
    assert answers([answer]) == [200]
    assert carriers.peak == 1


@pytest.mark.parametrize("route", TOGETHER)
def test_all_carriers_are_asked_together(route, parcel, carriers):
    carriers.hold()
    answer = ask(quotes(parcel, route))
    assert carriers.wait_for(3)
    assert not answer.done()
    carriers.release()
    assert answers([answer]) == [200]


def test_ten_questions_are_the_most_for_everybody(parcel, carriers):
    carriers.hold()
    asked = [ask(quotes(parcel, "bounded", n), name=f"bounded-{n}") for n in range(5)]
    wait_until_arrived(parcel, "bounded-", 5)
    assert carriers.wait_for(10)
    assert get(f"{parcel.url}/health").ok
    for total in range(11, 16):
        carriers.release(1)
        until(lambda total=total: carriers.total == total, "the next question takes the place")
        assert carriers.in_flight == 10
    carriers.release()
    assert answers(asked) == [200] * 5
    assert carriers.peak == 10


def test_unlimited_route_asks_for_everybody_at_once(parcel, carriers):
    carriers.hold()
    asked = [ask(quotes(parcel, "concurrent", n)) for n in range(5)]
    assert carriers.wait_for(15)
    carriers.release()
    assert answers(asked) == [200] * 5


def test_gathered_questions_outlive_their_request(parcel, carriers):
    carriers.hold()
    carriers.fail("/carriers/owl/*")
    assert get(quotes(parcel, "concurrent")).status_code == 500
    assert carriers.wait_for(2)
    carriers.mend()
    assert carriers.wait_until_idle()
    assert not any(call.gone for call in carriers.calls)


def test_grouped_questions_are_given_up(parcel, carriers):
    carriers.hold()
    carriers.fail("/carriers/owl/*")
    assert get(quotes(parcel, "grouped")).status_code == 500
    assert carriers.wait_until_idle()
    assert [call.gone for call in carriers.calls] == ["owl" not in call.path for call in carriers.calls]


@pytest.mark.parametrize("route", [*ONE_BY_ONE, "bounded"])
def test_failure_is_not_hidden(route, parcel, carriers):
    carriers.fail("/carriers/owl/*")
    assert get(quotes(parcel, route)).status_code == 500
