"""Who waits for a connection, who has one, and who waits for the database, as a real server records it."""

import itertools
from pathlib import Path

import psycopg
import pytest

from tests.server.asking import ask
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.backends.postgres import Postgres
from unblocked.recorder.connections import _shortened

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def database():
    with Postgres() as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE parcels AS SELECT 1 AS n")
        connection.commit()
        yield server


@pytest.fixture(scope="module")
def server(outside, database):
    app = Path(__file__).with_name("keeper_app.py")
    url = database.url.replace("postgresql:", "postgresql+asyncpg:")
    with serve(str(app), carriers=outside, env={"DATABASE_URL": url}) as served:
        yield served


@pytest.fixture
def name():
    return f"kept-{next(numbers)}"


def trace_of(server, name):
    [trace] = server.recording(name).traces
    return trace


def of_kind(trace, kind):
    return sorted((each for each in trace.stretches if each.kind == kind), key=lambda each: each.start)


@pytest.mark.parametrize("how", ["async", "sync"])
def test_one_has_the_connection_and_the_other_waits_for_it(how, server, carriers, name):
    first, second = f"{name}-1", f"{name}-2"
    carriers.hold()
    asked = [ask(f"{server.url}/{how}/{first}", name=first)]
    assert carriers.wait_for(1)
    asked.append(ask(f"{server.url}/{how}/{second}", name=second))
    until(lambda: [s for s in server.recording(second).traces if of_kind(s, "connection")], "the second one waits")
    assert [each.label for each in of_kind(trace_of(server, first), "held")] == ["still running"]
    assert not of_kind(trace_of(server, second), "held")
    carriers.release()
    assert all(each.result(FAR).ok for each in asked)
    had, waited = trace_of(server, first), trace_of(server, second)
    [holds], [gets] = of_kind(had, "held"), of_kind(waited, "held")
    call = carriers.asked(f"/held/{first}")[0]
    assert holds.start < call.arrived < call.left < holds.end <= gets.end
    [wait] = of_kind(waited, "connection")
    assert wait.start < call.left < wait.end


def test_statements_are_named_and_so_is_the_commit(server, name):
    ask(f"{server.url}/async/before", name="before").result(FAR)  # the first one learns what server that is
    assert ask(f"{server.url}/async/{name}", name=name).result(FAR).ok
    labels = [each.label for each in of_kind(trace_of(server, name), "database")]
    assert [label for label in labels if label != "ROLLBACK"] == ["SELECT parcels", "COMMIT"]


def test_waiting_for_a_lock_is_waiting_for_the_database(server, database, name):
    with psycopg.connect(database.url) as other:
        other.execute("UPDATE parcels SET n = 2")
        asked = ask(f"{server.url}/locked/{name}", name=name)
        locked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with psycopg.connect(database.url, autocommit=True) as looks:
            until(lambda: looks.execute(locked).fetchone(), "it waits for the lock")
        [waits] = [each for each in of_kind(trace_of(server, name), "database") if each.label == "still running"]
        other.rollback()
    assert asked.result(FAR).ok
    assert [each.start for each in of_kind(trace_of(server, name), "database") if each.label == "UPDATE parcels"] == [
        waits.start
    ]


def test_failing_statement_ends_and_gives_back_its_connection(server, name):
    assert ask(f"{server.url}/fails/{name}", name=name).result(FAR).status_code == 500
    until(lambda: trace_of(server, name).end, "all of it is over")
    trace = trace_of(server, name)
    assert "SELECT nowhere" in [each.label for each in of_kind(trace, "database")]
    assert "still running" not in [each.label for each in trace.stretches]
    assert len(of_kind(trace, "held")) == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("INSERT INTO shipments (parcel) VALUES ($1)", "INSERT shipments"),
        ('UPDATE "customers" SET balance = 1', "UPDATE customers"),
        ("select 1", "SELECT"),
        ("DELETE FROM shipments", "DELETE shipments"),
        ("", ""),
    ],
)
def test_statement_is_told_in_two_words(statement, words):
    assert _shortened(statement) == words
