"""PostgreSQL for one owner: ready when made, private, and silent, gone or back when a lesson wants that."""

import os
import stat
import threading

import psutil
import psycopg
import pytest

from tests.backends import namespaces
from tests.waiting import until
from unblocked.backends.postgres import Postgres
from unblocked.faults import Fault


@pytest.fixture(scope="module")
def shared():
    with Postgres() as server:
        yield server


def one(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchone()[0]


def test_it_answers_when_it_is_made(shared):
    assert one(shared.url, "SELECT current_user || '@' || current_database()") == "parcel@parcel"
    assert shared.running
    assert shared.memory > 1_000_000


def test_only_its_user_reaches_it(shared):
    assert stat.S_IMODE(shared.data.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(shared.data.stat().st_mode) == 0o700
    assert not psutil.Process(shared.pid).net_connections(kind="inet")


def test_it_begins_with_nothing(shared):
    assert one(shared.url, "SELECT count(*) FROM pg_stat_user_tables") == 0
    assert one(shared.url, "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database") == "parcel template1"


def test_another_database_can_be_made(shared):
    with psycopg.connect(shared.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE another")
        connection.execute("DROP DATABASE another")


def test_two_are_apart(shared):
    with psycopg.connect(shared.url) as connection:
        connection.execute("CREATE TABLE of_one ()")
    with Postgres() as other:
        assert one(other.url, "SELECT count(*) FROM pg_stat_user_tables") == 0


def test_stopped_one_leaves_no_process():
    with Postgres() as server:
        processes = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
        assert len(processes) > 1
    assert not server.running
    assert psutil.wait_procs(processes, timeout=60)[1] == []
    assert repr(server) == "`postgres` has ended"


def test_what_was_committed_survives_a_crash():
    with Postgres() as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE parcels AS SELECT 7 AS n")
        connection.commit()
        connection.execute("INSERT INTO parcels VALUES (8)")
        server.kill()
        assert server.exit_code == -9
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url)
        with server.again() as second:
            assert second.url == server.url
            assert one(second.url, "SELECT array_agg(n) FROM parcels") == [7]


def test_crash_ends_whatever_a_connection_does():
    with Postgres() as server, psycopg.connect(server.url) as connection:
        sleeps = threading.Thread(target=pytest.raises, args=(psycopg.OperationalError, connection.execute),
                                  kwargs={"query": "SELECT pg_sleep(3600)"})  # fmt: skip
        sleeps.start()
        backend = psutil.Process(connection.info.backend_pid)
        until(
            lambda: one(server.url, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "it sleeps"
        )
        server.kill()
        sleeps.join()
        until(lambda: not backend.is_running(), "its process is gone")


def test_paused_one_is_silent_and_goes_on(shared):
    with psycopg.connect(shared.url) as connection:
        shared.pause()
        answered = threading.Event()
        asks = threading.Thread(target=lambda: (connection.execute("SELECT 1"), answered.set()))
        asks.start()
        backend = psutil.Process(connection.info.backend_pid)
        until(lambda: backend.status() == psutil.STATUS_STOPPED, "the connection's process stands still")
        assert not answered.is_set()
        shared.go_on()
        asks.join()
        assert answered.is_set()


def test_another_takes_the_place_of_a_running_one():
    with Postgres() as server, server.again() as second:
        assert server.exit_code == -9
        assert one(second.url, "SELECT 1") == 1


def test_one_that_cannot_start_says_why():
    with Postgres() as server:
        server.stop()
        (server.data / "postgresql.conf").write_text("no_such_setting = 1")
        with pytest.raises(Fault, match=r"PostgreSQL did not start\. It printed:\n\n(.|\n)*no_such_setting"):
            server.again()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another way to run PostgreSQL")
def test_root_runs_it_where_namespaces_are_forbidden(monkeypatch):
    monkeypatch.setenv("UNBLOCKED_UNPRIVILEGED", "capability")
    with Postgres() as server:
        assert psutil.Process(server.pid).uids().real == 65534
        assert one(server.url, "SELECT 1") == 1
        assert server.data.parent.stat().st_uid == 0
        assert server.data.stat().st_uid == 65534
        server.kill()
        with server.again() as second:
            assert one(second.url, "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another way to run PostgreSQL")
def test_root_s_data_stays_root_s_where_it_can(shared):
    owner = 0 if namespaces.can_be_had() else 65534
    assert {path.stat().st_uid for path in (shared.data, *shared.data.rglob("*"))} == {owner}
    assert shared.data.parent.stat().st_uid == 0
