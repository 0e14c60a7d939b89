"""The lab that caches: one question for all who want the same."""

import asyncio

import pytest

from labs.caching import flights
from tests.labs.caching.doing import at_once
from tests.server.asking import answers, ask, get


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
