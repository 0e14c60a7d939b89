"""Charges: how many requests the bank gets when a worker dies, or when an answer is lost."""

import pytest

from labs.celery_queue.tasks import charge_again, queue
from tests.server.asking import post
from tests.waiting import FAR, until


def charge(parcel, carriers, kind):
    """Charge an order, kill the worker in the midst of it, start another; give the requests to the bank."""
    carriers.hold("/bank/*")
    assert post(f"{parcel.url}/charges/{kind}/7").status_code == 202
    assert carriers.wait_for(1)
    parcel.kill("worker")
    carriers.mend()
    parcel.again("worker")
    parcel.wait_for_tasks(within=FAR)
    return carriers.asked("/bank/charges/7")


@pytest.mark.parametrize(("kind", "requests"), [("early", 1), ("late", 2), ("once", 2)])
def test_worker_dies_in_the_midst_of_a_charge(kind, requests, parcel, carriers):
    asked = charge(parcel, carriers, kind)
    assert len(asked) == requests
    key = "order-7" if kind == "once" else None
    assert [call.headers.get("idempotency-key") for call in asked] == [key] * requests
    assert parcel.tasks()[-1].state == ("LOST" if kind == "early" else "SUCCESS")


def test_lost_answer_is_asked_for_again_with_the_same_key(parcel, carriers):
    carriers.hold("/bank/*")
    assert post(f"{parcel.url}/charges/again/4").status_code == 202
    assert carriers.wait_for(1)
    carriers.break_off("/bank/*")
    carriers.mend()
    parcel.wait_for_tasks(within=FAR)
    assert [call.headers["idempotency-key"] for call in carriers.asked("/bank/*")] == ["order-4"] * 2
    assert parcel.tasks()[-1].state == "SUCCESS"


def test_bank_that_fails_is_asked_three_times(parcel, carriers):
    carriers.fail("/bank/*")
    assert post(f"{parcel.url}/charges/again/5").status_code == 202
    until(lambda: parcel.tasks()[-1].state == "FAILURE", "it is given up")
    assert len(carriers.asked("/bank/charges/5")) == 3


def test_waits_are_shorter_than_the_timeout():
    options = queue.conf.broker_transport_options
    assert options == {
        "visibility_timeout": 3,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 1,
    }
    waits = [charge_again.retry_backoff * 2**n for n in range(charge_again.max_retries)]
    assert waits == [1, 2]
    assert max(waits) < options["visibility_timeout"]
