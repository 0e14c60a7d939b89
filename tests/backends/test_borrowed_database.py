"""A server that `DATABASE_URL` names: a database of its own is made there, and nobody else's is ever touched."""

import json
import signal
import subprocess
import sys

import psycopg
import pytest

from tests.waiting import until
from unblocked.backends import choice
from unblocked.backends.borrowed import Borrowed
from unblocked.backends.claims.postgres import PREFIX
from unblocked.backends.postgres import Postgres
from unblocked.backends.way import to_postgres
from unblocked.faults import Fault

OWNER = """
import sys
from unblocked.backends.borrowed import Borrowed
print(Borrowed(sys.argv[1], variable="DATABASE_URL").url, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def theirs():
    with Postgres() as server:
        yield server


def databases(server):
    with psycopg.connect(server.url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'unbl%'")}


def borrow(url):
    return Borrowed(url, variable="DATABASE_URL")


def test_named_server_is_used(theirs, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", theirs.url.replace("postgresql:", "postgresql+asyncpg:"))
    with choice.database() as borrowed:
        assert isinstance(borrowed, Borrowed)
        assert borrowed.server.startswith("PostgreSQL 18.")
        with psycopg.connect(borrowed.url) as connection:
            assert connection.info.dbname.startswith(PREFIX)
    assert databases(theirs) == set()


def test_own_server_is_started_where_no_other_is_named(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with choice.database() as server:
        assert isinstance(server, Postgres)


def test_two_owners_have_two_databases(theirs):
    with borrow(theirs.url) as one, borrow(theirs.url) as two:
        assert len(databases(theirs)) == 2
        assert one.url != two.url
    assert databases(theirs) == set()


def test_database_is_removed_although_somebody_is_connected(theirs):
    with borrow(theirs.url) as borrowed:
        connection = psycopg.connect(borrowed.url)
        connection.execute("CREATE TABLE parcels ()")
    assert databases(theirs) == set()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_other_databases_are_left_alone(theirs):
    with psycopg.connect(theirs.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE unblocked_by_somebody")
        connection.execute("CREATE DATABASE unblocked_elsewhere")
        elsewhere = json.dumps({"host": "elsewhere", "pid": 1, "began": 1.0})
        connection.execute(f"COMMENT ON DATABASE unblocked_elsewhere IS '{elsewhere}'")
        with borrow(theirs.url):
            pass
        assert databases(theirs) == {"unblocked_by_somebody", "unblocked_elsewhere"}
        for name in databases(theirs):
            connection.execute(f"DROP DATABASE {name}")


def test_killed_owner_leaves_none(theirs):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, theirs.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout.readline()
    assert len(databases(theirs)) == 1
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    until(lambda: databases(theirs) == set(), "it is given back")


def test_next_one_removes_what_a_killed_holder_left(theirs):
    borrowed = borrow(theirs.url)
    borrowed._holder.signal(signal.SIGKILL)
    borrowed._holder.wait()
    left = databases(theirs)
    assert len(left) == 1
    with borrow(theirs.url):
        assert not left & databases(theirs)


def test_harm_reaches_the_way_and_not_the_server(theirs):
    with borrow(theirs.url) as borrowed:
        connection = psycopg.connect(borrowed.url)
        connection.execute("CREATE TABLE parcels AS SELECT 7 AS n")
        connection.commit()
        connection.execute("DELETE FROM parcels")
        borrowed.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(borrowed.url)
        assert len(databases(theirs)) == 1
        borrowed.again()
        with psycopg.connect(borrowed.url) as again:
            assert again.execute("SELECT n FROM parcels").fetchone() == (7,)


def test_way_on_the_network_is_planned_with_all_that_an_address_says(tmp_path):
    way = to_postgres("postgresql://me:secret@db.example:6543/shop?application_name=lab", tmp_path)
    assert way.url == f"postgresql://me:secret@127.0.0.1:{way.near}/shop?application_name=lab"
    assert way.far == ("db.example", "6543", "plain")
    way = to_postgres(f"postgresql://me@/shop?host={tmp_path}&port=6543", tmp_path)
    assert way.far == (f"{tmp_path}/.s.PGSQL.6543",)


def test_role_that_may_make_no_database_is_told(theirs):
    with psycopg.connect(theirs.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE clerk LOGIN")
        with pytest.raises(Fault, match=r"whose role may not make a database.*CREATEDB"):
            borrow(theirs.url.replace("parcel@", "clerk@"))
        connection.execute("DROP ROLE clerk")


def test_nobody_there_is_told_without_the_password(tmp_path):
    with pytest.raises(Fault, match=r"and no PostgreSQL can be used there.*Mend or unset it") as told:
        borrow(f"postgresql://me:secret@/shop?host={tmp_path}")
    assert "secret" not in told.value.message


@pytest.mark.parametrize("url", ["me:secret@localhost", ""])
def test_address_of_no_kind_is_told(url):
    with pytest.raises(Fault, match="which is no address of a database") as told:
        borrow(url)
    assert "secret" not in told.value.message


def test_another_kind_of_server_is_told(carriers):
    with pytest.raises(Fault, match="no PostgreSQL can be used there"):
        borrow(carriers.url.replace("http", "postgresql"))
