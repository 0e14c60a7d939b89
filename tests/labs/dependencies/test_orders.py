"""What is committed before the customer hears of it, and what after."""

import pytest

from tests.labs.dependencies.doing import logged
from tests.labs.serving import paths
from tests.server.asking import ask, get, post
from tests.waiting import FAR, until


def test_late_commit_comes_after_the_receipt(parcel, carriers):
    carriers.hold("/ledger/*")
    assert post(f"{parcel.url}/orders/late/7").json() == {"order": 7, "price": 14.88}
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/ledger").json()["holders"] == ["order 7"]
    carriers.release()
    until(lambda: get(f"{parcel.url}/ledger").json()["out"] == 0, "the lease is given back")
    assert paths(carriers)[-1] == "/ledger/commits?entry=order+7%3A+14.88"


def test_commit_in_time_comes_before_the_receipt(parcel, carriers):
    carriers.hold("/ledger/*")
    order = ask(f"{parcel.url}/orders/in-time/7", how=post)
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    assert not order.done()
    carriers.release()
    assert order.result(FAR).json() == {"order": 7, "price": 14.88}
    assert get(f"{parcel.url}/ledger").json()["out"] == 0


@pytest.mark.parametrize(("kind", "status"), [("late", 200), ("in-time", 503)])
def test_customer_learns_of_a_refused_commit_only_in_time(kind, status, parcel, carriers):
    carriers.fail("/ledger/*")
    before = get(f"{parcel.url}/ledger").json()["undone"]
    assert post(f"{parcel.url}/orders/{kind}/7").status_code == status
    until(lambda: get(f"{parcel.url}/ledger").json() == {"out": 0, "holders": [], "undone": before + 1}, "it is undone")
    if kind == "late":
        until(lambda: "LedgerError: the ledger answers 503" in parcel.log, "the error is in the log")


@pytest.mark.parametrize(("kind", "status"), [("late", 502), ("in-time", 502), ("swallowing", 500)])
def test_failing_carrier_leaves_no_lease_out_and_is_hidden_by_who_swallows(kind, status, parcel, carriers):
    carriers.fail("/carriers/*")
    assert post(f"{parcel.url}/orders/{kind}/7").status_code == status
    assert get(f"{parcel.url}/ledger").json()["out"] == 0
    assert not [path for path in paths(carriers) if path.startswith("/ledger/")]
    if kind == "swallowing":
        until(lambda: "FastAPIError: Response not awaited" in parcel.log, "the log says why")


def test_customer_learns_nothing_about_others(lab, carriers):
    parcel = lab(LEDGER_LEASES="1", LEDGER_PATIENCE="0.1")
    carriers.hold("/ledger/*")
    first = ask(f"{parcel.url}/orders/in-time/7", how=post)
    assert carriers.wait_for(1)
    second = post(f"{parcel.url}/orders/in-time/8")
    assert (second.status_code, second.json()) == (503, {"detail": "The ledger cannot take this now."})
    assert any("held by order 7" in words for _, words in logged(parcel))
    carriers.release()
    assert first.result(FAR).ok
