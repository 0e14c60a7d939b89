"""One session and several tasks, attributes that are queries, and sessions that block."""

import pytest

from tests.labs.database.doing import get, post
from tests.waiting import until
from unblocked import load


def test_each_question_in_a_session_of_its_own(parcel, database):
    count = database.execute("SELECT count(*) FROM shipments WHERE customer_id = 1").fetchone()[0]
    for way in ("apart", "in-turn"):
        told = get(parcel, f"/overviews/{way}/1").json()
        assert (told["shipments"], told["balance"]) == (count, "100.00")


def test_shared_session_fails_when_it_has_no_connection_yet(lab):
    parcel = lab(fresh=True, POOL_SIZE=4)
    assert get(parcel, "/overviews/shared/1").status_code == 500
    until(lambda: "provisioning a new connection" in parcel.log, "it says why")


def test_lazy_attribute_is_a_query_that_nobody_awaits(lab):
    parcel = lab()
    assert get(parcel, "/customers/lazy/1").status_code == 500
    until(lambda: "MissingGreenlet" in parcel.log, "it says why")


def test_all_is_there_when_it_was_asked_for(parcel):
    assert [len(get(parcel, "/customers/one/2").json()["shipments"])] == [3]


def queries(parcel, path):
    sent = load(parcel, path, n=1)
    [trace] = sent.recording.traces
    return sum(s.kind == "database" and s.label.startswith("SELECT") for s in trace.stretches)


def test_queries_grow_with_the_customers_or_do_not(parcel):
    get(parcel, "/customers/together")
    assert queries(parcel, "/customers/each") == 9
    assert queries(parcel, "/customers/together") == 2
    assert get(parcel, "/customers/each").json() == get(parcel, "/customers/together").json()


def test_forgetful_session_asks_again_after_the_commit(parcel):
    assert post(parcel, "/customers/3/shipments/expired").status_code == 500
    assert post(parcel, "/customers/3/shipments").json()["parcel"] == 7


@pytest.mark.parametrize("way", ["held", "short"])
def test_sync_session_counts(way, parcel, database):
    assert get(parcel, f"/sync/{way}").json() == database.execute("SELECT count(*) FROM shipments").fetchone()[0]


def test_held_connections_and_threads_wait_for_each_other(lab):
    assert load(lab(POOL_SIZE=1, POOL_TIMEOUT=90), "/sync/short", n=60, timeout=100).failed == 0
    held = lab(POOL_SIZE=1, POOL_TIMEOUT=3)
    # A fresh Python to which the next ones were the first would serve them all.
    assert load(held, "/sync/short", n=5).failed == 0
    assert load(held, "/sync/held", n=60, timeout=100).failed > 0  # nothing else ends it
