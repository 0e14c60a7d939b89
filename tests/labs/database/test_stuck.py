"""What tells of a connection that is not given back, and of one that waits for a lock."""

from concurrent.futures import ThreadPoolExecutor

from tests.labs.database.doing import get, out, transfer
from tests.waiting import until


def test_leak_is_seen_in_the_pool_and_on_the_server(lab):
    parcel = lab(POOL_SIZE=3)
    assert get(parcel, "/reports/tight/99").status_code == 500
    assert out(parcel) == 0
    assert get(parcel, "/reports/leaky/1").json() == {"customer": 1}
    assert out(parcel) == 0
    assert get(parcel, "/reports/leaky/99").status_code == 500
    assert out(parcel) == 1
    assert "idle in transaction" in [row["state"] for row in get(parcel, "/activity").json()]


def test_one_who_waits_for_a_lock_names_its_holder(parcel, database, carriers):
    carriers.hold()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(transfer, parcel, "locked") for _ in range(2)]
        waits = "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until(lambda: database.execute(waits).fetchone(), "one of them waits for the other")
        pid, [holder] = database.execute(waits).fetchone()
        rows = {row["pid"]: row for row in get(parcel, "/activity").json()}
        assert rows[pid]["blocked_by"] == [holder]
        assert (rows[pid]["waits_for"], rows[holder]["state"]) == ("Lock", "idle in transaction")
        carriers.mend(latency=0)
        assert [each.result().status_code for each in asked] == [200, 200]
