"""What lesson 06 says of transactions and locks, and of what the server does with them."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.waiting import FAR, until

LOCK = "UPDATE customers SET balance = balance + 1 WHERE id = %s"
BLOCKED = "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def watch(direct):
    watching = direct()
    watching.autocommit = True
    return watching


def test_level_by_default(direct):
    assert direct().execute("SHOW transaction_isolation").fetchone() == ("read committed",)


def test_each_statement_sees_what_is_committed_when_it_begins(direct):
    one, other = direct(), direct()
    read = "SELECT balance FROM customers WHERE id = 1"
    first = one.execute(read).fetchone()
    other.execute("UPDATE customers SET balance = 5 WHERE id = 1")
    assert one.execute(read).fetchone() == first == (100,)
    other.commit()
    assert one.execute(read).fetchone() == (5,)


def test_lock_is_waited_for_and_then_the_new_row_is_read(direct, pool, watch):
    one, other = direct(), direct()
    one.execute(LOCK, [1])
    waits = pool.submit(lambda: other.execute("SELECT balance FROM customers WHERE id = 1 FOR UPDATE").fetchone())
    until(lambda: watch.execute(BLOCKED).fetchone(), "it waits")
    assert watch.execute(BLOCKED).fetchone() == (other.info.backend_pid, [one.info.backend_pid])
    one.commit()
    assert waits.result(FAR) == (101,)


def test_deadlock_ends_with_one_of_them(direct, pool):
    one, other = direct(), direct()
    assert one.execute("SHOW deadlock_timeout").fetchone() == ("1s",)
    one.execute(LOCK, [1])
    other.execute(LOCK, [2])

    def goes_on(connection, customer):
        try:
            connection.execute(LOCK, [customer])
        except psycopg.errors.DeadlockDetected:
            connection.rollback()
            return False
        connection.commit()
        return True

    asked = [pool.submit(goes_on, one, 2), pool.submit(goes_on, other, 1)]
    assert sorted(each.result(FAR) for each in asked) == [False, True]


def test_serializable_undoes_one_of_two(direct):
    both = direct(), direct()
    for each in both:
        each.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        each.execute("SELECT sum(balance) FROM customers").fetchone()
    one, other = both
    one.execute(LOCK, [1])
    one.commit()
    with pytest.raises(psycopg.errors.SerializationFailure) as failure:
        other.execute(LOCK, [2])
    assert failure.value.sqlstate == "40001"


def test_locked_rows_are_skipped(direct):
    one, other = direct(), direct()
    take = "SELECT id FROM customers ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
    assert [each.execute(take).fetchone() for each in (one, other)] == [(1,), (2,)]


def test_wait_for_a_lock_has_an_end(direct):
    one, other = direct(), direct()
    one.execute(LOCK, [1])
    other.execute("SET lock_timeout = '50ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        other.execute(LOCK, [1])


def test_statement_has_an_end(direct):
    connection = direct()
    connection.execute("SET statement_timeout = '50ms'")
    with pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_sleep(60)")


def test_who_went_for_lunch_loses_the_connection(direct, watch):
    connection = direct()
    connection.execute("SET idle_in_transaction_session_timeout = '50ms'")
    here = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
    until(lambda: watch.execute(here, [connection.info.backend_pid]).fetchone() == (0,), "it is gone")
    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
        connection.execute("SELECT 1")


def test_offset_reads_all_rows_before_it(watch):
    watch.execute("INSERT INTO customers SELECT n, 1 FROM generate_series(3, 5000) n")
    watch.execute("ANALYZE customers")

    def read(query):
        plan = watch.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT id FROM customers {query}").fetchone()[0]
        return plan[0]["Plan"]["Plans"][0]["Actual Rows"]

    assert read("ORDER BY id LIMIT 20 OFFSET 4000") == 4020
    assert read("WHERE id > 4000 ORDER BY id LIMIT 20") == 20
