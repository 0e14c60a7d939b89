"""The lab with a database: its faults stay broken, and what stands beside them mends them."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode as b64encode
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import requests
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from labs.database.models import Base
from tests.labs.serving import served
from tests.server.asking import ask
from tests.server.asking import post as post_to
from tests.waiting import FAR, until
from unblocked import load
from unblocked.backends.postgres import Postgres


@pytest.fixture(scope="module")
def lab(outside):
    with served("database", outside) as lab:
        yield lab


@pytest.fixture
def database(parcel):
    with psycopg.connect(parcel.parts["database"].url, autocommit=True) as connection:
        connection.execute("UPDATE customers SET balance = 100")
        yield connection


def get(parcel, path):
    return requests.get(parcel.url + path, timeout=FAR)


def post(parcel, path, **data):
    return requests.post(parcel.url + path, timeout=FAR, **data)


def out(parcel):
    return get(parcel, "/pool").json()["out"]


# The tables.


def test_migrations_make_what_the_models_say(parcel):
    url = parcel.parts["database"].url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_migrations_can_be_undone_and_done_again():
    code = """
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect
import os
from labs.database.migrate import main
main()
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"))
config = Config()
config.set_main_option("script_location", "labs/database/migrations")
for to in (command.downgrade, "base"), (command.upgrade, "head"):
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        to[0](config, to[1])
        print(sorted(inspect(connection).get_table_names()))
"""
    with Postgres() as server:
        env = {**os.environ, "DATABASE_URL": server.url}
        told = subprocess.check_output([sys.executable, "-c", code], env=env, text=True)
    assert told.splitlines() == [
        "['alembic_version']",
        "['alembic_version', 'customers', 'promises', 'shipments']",
    ]


def test_lab_s_tables_can_be_made_in_sqlite(tmp_path):
    env = {**os.environ, "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/parcel.db"}
    subprocess.run([sys.executable, "-m", "labs.database.migrate"], env=env, check=True)
    assert (tmp_path / "parcel.db").stat().st_size > 0


# Bookings.


def test_connection_is_held_while_the_carrier_thinks(parcel, carriers):
    carriers.hold()
    asked = ask(f"{parcel.url}/bookings/inside/7", how=post_to)
    assert carriers.wait_for(1)
    assert out(parcel) == 1
    carriers.release()
    assert asked.result(FAR).status_code == 201
    assert out(parcel) == 0


def test_nothing_is_held_between_two_transactions(parcel, carriers, database):
    carriers.hold()
    asked = ask(f"{parcel.url}/bookings/between/7", how=post_to)
    assert carriers.wait_for(1)
    assert out(parcel) == 0
    carriers.release()
    told = asked.result(FAR).json()
    [row] = database.execute("SELECT state, price::text FROM shipments WHERE id = %s", [told["shipment"]]).fetchall()
    assert row == ("new", told["price"])


def test_more_customers_than_connections(parcel, carriers):
    carriers.hold()
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(load, parcel, "/bookings/inside/{n}", n=8, method="POST", timeout=60)
        assert carriers.wait_for(5)
        until(lambda: [t.status for t in parcel.recording().traces[-8:]].count(500) == 3, "three have waited in vain")
        carriers.release()
    assert sent.result().answered == 5
    until(lambda: "QueuePool limit of size 5 overflow 0 reached" in parcel.log, "it says why")


# One session, several tasks.


def test_each_question_in_a_session_of_its_own(parcel, database):
    count = database.execute("SELECT count(*) FROM shipments WHERE customer_id = 1").fetchone()[0]
    for way in ("apart", "in-turn"):
        told = get(parcel, f"/overviews/{way}/1").json()
        assert (told["shipments"], told["balance"]) == (count, "100.00")


def test_shared_session_fails_when_it_has_no_connection_yet(lab):
    parcel = lab(fresh=True, POOL_SIZE=4)
    assert get(parcel, "/overviews/shared/1").status_code == 500
    until(lambda: "provisioning a new connection" in parcel.log, "it says why")


# Attributes that are queries.


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


# Transfers.


def transfer(parcel, kind, amount="10.00", **who):
    return post(parcel, f"/transfers/{kind}", json={"payer": 1, "payee": 2, "amount": amount, **who})


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


# Much data.


def test_many_rows_are_many_statements_or_one(parcel, database):
    before = database.execute("SELECT count(*) FROM shipments").fetchone()[0]
    statements = {}
    for way in ("each", "at-once"):
        [trace] = load(parcel, f"/pages/{way}/200", n=1, method="POST").recording.traces
        statements[way] = sum(s.label.startswith("INSERT") for s in trace.stretches)
    assert statements == {"each": 200, "at-once": 1}
    assert database.execute("SELECT count(*) FROM shipments").fetchone()[0] == before + 400


def test_stream_gives_every_row(parcel, database):
    rows = [json.loads(line)["id"] for line in get(parcel, "/pages/all").text.splitlines()]
    assert rows == [each for (each,) in database.execute("SELECT id FROM shipments ORDER BY id")]


def test_cursor_gives_every_row_once_although_some_are_added(parcel, database):
    wanted = [each for (each,) in database.execute("SELECT id FROM shipments ORDER BY created_at, id")]
    found, after = [], ""
    while after is not None:
        page = get(parcel, f"/pages/by-cursor?size=7&after={after}").json()
        found += [row["id"] for row in page["rows"]]
        after = page["next"]
        database.execute(
            "INSERT INTO shipments (customer_id, parcel, state, created_at) VALUES (1, 1, 'old', '2000-01-01')"
        )
    assert found == wanted
    database.execute("DELETE FROM shipments WHERE state = 'old'")


def test_number_of_a_page_shifts_when_a_row_is_added(parcel, database):
    first = [row["id"] for row in get(parcel, "/pages/by-number?size=5").json()]
    database.execute(
        "INSERT INTO shipments (customer_id, parcel, state, created_at) VALUES (1, 1, 'old', '2000-01-01')"
    )
    second = [row["id"] for row in get(parcel, "/pages/by-number?size=5&page=2").json()]
    assert set(first) & set(second) == {first[-1]}
    database.execute("DELETE FROM shipments WHERE state = 'old'")


@pytest.mark.parametrize(
    "cursor", ["xyz", '["now", 1]', "[]", '["2026-01-01T00:00:00+00:00", 1]', '["2026-01-01T00:00:00", 99999999999]']
)
def test_bad_cursor_is_refused(cursor, parcel):
    packed = b64encode(cursor.encode()).decode() if cursor.startswith("[") else cursor
    assert get(parcel, f"/pages/by-cursor?after={packed}").status_code == 422


# Sync sessions.


@pytest.mark.parametrize("way", ["held", "short"])
def test_sync_session_counts(way, parcel, database):
    assert get(parcel, f"/sync/{way}").json() == database.execute("SELECT count(*) FROM shipments").fetchone()[0]


def test_held_connections_and_threads_wait_for_each_other(lab):
    assert load(lab(POOL_SIZE=1, POOL_TIMEOUT=90), "/sync/short", n=60, timeout=100).failed == 0
    held = lab(POOL_SIZE=1, POOL_TIMEOUT=3)
    # A fresh Python to which the next ones were the first would serve them all.
    assert load(held, "/sync/short", n=5).failed == 0
    assert load(held, "/sync/held", n=60, timeout=100).failed > 0  # nothing else ends it


# The queue and the commit.


def test_task_that_is_sent_before_the_commit_finds_nothing(parcel, carriers, database):
    carriers.hold()
    asked = ask(f"{parcel.url}/labels/early/7", how=post_to)
    assert carriers.wait_for(1)
    parcel.wait_for_tasks(within=FAR)
    carriers.release()
    shipment = asked.result(FAR).json()["shipment"]
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("new",)


def test_task_that_is_sent_after_the_commit_finds_its_row(parcel, database):
    shipment = post(parcel, "/labels/after/7").json()["shipment"]
    parcel.wait_for_tasks(within=FAR)
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("labelled",)


def test_promise_is_kept_later_and_once(parcel, database):
    shipment = post(parcel, "/labels/promised/7").json()["shipment"]
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("new",)
    assert post(parcel, "/labels/keep").json() == {"kept": 1}
    assert post(parcel, "/labels/keep").json() == {"kept": 0}
    parcel.wait_for_tasks(within=FAR)
    assert database.execute("SELECT state FROM shipments WHERE id = %s", [shipment]).fetchone() == ("labelled",)


@pytest.mark.parametrize(("way", "ends"), [("shared", "FAILURE"), ("unpooled", "SUCCESS")])
def test_engine_of_several_loops_fails_in_the_second(way, ends, parcel):
    before = len(parcel.tasks())
    for _ in range(2):
        assert post(parcel, f"/labels/read/{way}/1").status_code == 202
        parcel.wait_for_tasks(within=FAR)
    assert parcel.tasks()[-1].state == ends
    assert len(parcel.tasks()) == before + 2


# Stuck.


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
