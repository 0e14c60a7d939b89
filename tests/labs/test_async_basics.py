"""The lab of lesson 01: who asks one carrier at a time, who asks together, and what is left after a failure."""

import pytest

from tests.server.asking import answers, ask, get
from tests.waiting import until
from unblocked import serve
from unblocked.outside import Outside

NAMES = ["swift", "turtle", "owl"]
ONE_BY_ONE = ["sequential", "prepared"]
TOGETHER = ["concurrent", "grouped", "bounded"]


@pytest.fixture(scope="module")
def outside():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture(scope="module")
def lab(outside):
    served = serve("async_basics", carriers=outside)
    yield served
    served.stop()


@pytest.fixture
def carriers(outside):
    outside.mend()
    assert outside.wait_until_idle()
    outside.forget()
    yield outside
    outside.mend()


def quotes(lab, route, parcel=7):
    return f"{lab.url}/quotes/{route}/{parcel}"


@pytest.mark.parametrize("route", [*ONE_BY_ONE, *TOGETHER])
def test_every_route_gives_each_carriers_price(route, lab, carriers):
    answer = get(quotes(lab, route))
    assert answer.json() == {"parcel": 7, "prices": {name: Outside.price(name, 7) for name in NAMES}}
    assert sorted(call.path for call in carriers.calls) == sorted(f"/carriers/{name}/quote?parcel=7" for name in NAMES)


@pytest.mark.parametrize("route", ONE_BY_ONE)
def test_next_carrier_waits_for_the_one_before(route, lab, carriers):
    carriers.hold()
    answer = ask(quotes(lab, route))
    for asked, name in enumerate(NAMES, start=1):
        until(lambda asked=asked: carriers.total == asked, "the next carrier is asked")
        assert get(f"{lab.url}/health").ok  # awaiting stops nobody else
        assert [call.path for call in carriers.calls if call.left is None] == [f"/carriers/{name}/quote?parcel=7"]
        carriers.release(1)
    assert answers([answer]) == [200]
    assert carriers.peak == 1


@pytest.mark.parametrize("route", TOGETHER)
def test_all_carriers_are_asked_together(route, lab, carriers):
    carriers.hold()
    answer = ask(quotes(lab, route))
    assert carriers.wait_for(3)
    assert not answer.done()
    carriers.release()
    assert answers([answer]) == [200]


def test_ten_questions_are_the_most_for_everybody(lab, carriers):
    carriers.hold()
    asked = [ask(quotes(lab, "bounded", n), name=f"bounded-{n}") for n in range(5)]
    until(lambda: len(lab.recording("bounded-").traces) == 5, "all five customers have arrived")
    assert carriers.wait_for(10)
    assert get(f"{lab.url}/health").ok
    for total in range(11, 16):
        carriers.release(1)
        until(lambda total=total: carriers.total == total, "the next question takes the place")
        assert carriers.in_flight == 10
    carriers.release()
    assert answers(asked) == [200] * 5
    assert carriers.peak == 10


def test_unlimited_route_asks_for_everybody_at_once(lab, carriers):
    carriers.hold()
    asked = [ask(quotes(lab, "concurrent", n)) for n in range(5)]
    assert carriers.wait_for(15)
    carriers.release()
    assert answers(asked) == [200] * 5


def test_gathered_questions_outlive_their_request(lab, carriers):
    carriers.hold()
    carriers.fail("/carriers/owl/*")
    assert get(quotes(lab, "concurrent")).status_code == 500
    assert carriers.wait_for(2)
    carriers.mend()
    assert carriers.wait_until_idle()
    assert not any(call.gone for call in carriers.calls)


def test_grouped_questions_are_given_up(lab, carriers):
    carriers.hold()
    carriers.fail("/carriers/owl/*")
    assert get(quotes(lab, "grouped")).status_code == 500
    assert carriers.wait_until_idle()
    assert [call.gone for call in carriers.calls] == ["owl" not in call.path for call in carriers.calls]


@pytest.mark.parametrize("route", [*ONE_BY_ONE, "bounded"])
def test_failure_is_not_hidden(route, lab, carriers):
    carriers.fail("/carriers/owl/*")
    assert get(quotes(lab, route)).status_code == 500
