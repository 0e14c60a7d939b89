"""Money that is lost between reading and writing, and three ways to keep it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.labs.database.doing import post, transfer


def balances(database):
    return [float(each) for (each,) in database.execute("SELECT balance FROM customers WHERE id <= 2 ORDER BY id")]


def two_at_once(parcel, kind, carriers):
    """Have two transfers wait for the bank together; where one waits for the other's lock, let the first go on."""
    carriers.hold()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(transfer, parcel, kind) for _ in range(2)]
        assert carriers.wait_for(1 if kind == "locked" else 2)
        carriers.mend(latency=0)
        return [each.result().status_code for each in asked]


def test_trusting_transfers_lose_money_without_an_error(parcel, carriers, database):
    assert two_at_once(parcel, "trusting", carriers) == [200, 200]
    assert balances(database) == [90, 110]  # two were paid


@pytest.mark.parametrize("kind", ["locked", "conditional", "retried"])
def test_no_transfer_is_lost(kind, parcel, carriers, database):
    assert two_at_once(parcel, kind, carriers) == [200, 200]
    assert balances(database) == [80, 120]


@pytest.mark.parametrize("kind", ["trusting", "locked", "conditional", "retried"])
def test_nobody_pays_more_than_there_is(kind, parcel, database):
    reply = transfer(parcel, kind, "100.01")
    assert (reply.status_code, balances(database)) == (409, [100, 100])


def test_all_can_begin_again(parcel, database):
    transfer(parcel, "conditional")
    for wanted, status in (("55.00", 204), ("-1", 422)):
        assert requests.put(f"{parcel.url}/transfers/balances", json={"balance": wanted}).status_code == status
    assert balances(database) == [55, 55]


def test_unknown_customer_and_bad_amounts_are_refused(parcel):
    assert transfer(parcel, "locked", payee=99).status_code == 404
    for amount in ("-1", "0", "NaN", "1.005"):
        assert transfer(parcel, "locked", amount).status_code == 422


def test_batch_reports_what_is_true(parcel, database):
    orders = [{"payer": 1, "payee": 2, "amount": amount} for amount in ("30", "1000", "20")]
    assert post(parcel, "/transfers/batches", json=orders).json() == {"done": [0, 2], "failed": [1]}
    assert balances(database) == [50, 150]
