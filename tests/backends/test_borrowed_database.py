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
    super(Borrowed, borrowed).kill()
    left = databases(theirs)
    assert len(left) == 1
    with borrow(theirs.url):
        assert not left & databases(theirs)


def test_server_of_others_is_not_harmed(theirs):
    with borrow(theirs.url) as borrowed:
        for harm in (borrowed.kill, borrowed.pause, borrowed.again):
            with pytest.raises(Fault, match=r"`PostgreSQL 18.* is not the course's to harm\. Unset `DATABASE_URL`"):
                harm()


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
