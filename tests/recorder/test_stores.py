"""Who waits for a key-value store, and who for a connection to it, as a real server records it."""

import itertools
from pathlib import Path

import pytest
import redis

from tests.server.asking import ask
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.backends.valkey import Valkey
from unblocked.recorder.stores import _shortened

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def store():
    with Valkey() as server, redis.Redis.from_url(server.url) as client:
        yield client


@pytest.fixture(scope="module")
def server(outside, store):
    app = Path(__file__).with_name("store_app.py")
    url = f"unix://{store.connection_pool.connection_kwargs['path']}"
    with serve(str(app), carriers=outside, env={"REDIS_URL": url}) as served:
        yield served


@pytest.fixture
def name():
    return f"stored-{next(numbers)}"


def of_kind(server, name, kind):
    [trace] = server.recording(name).traces
    return sorted((each for each in trace.stretches if each.kind == kind), key=lambda each: each.start)


def test_question_is_named_with_its_key(server, name):
    assert ask(f"{server.url}/rates/{name}", name=name).result(FAR).ok
    assert [each.label for each in of_kind(server, name, "store")] == [f"GET rate:{name}"]


def test_pipeline_is_one_question(server, name):
    assert ask(f"{server.url}/counted/{name}", name=name).result(FAR).ok
    assert [each.label for each in of_kind(server, name, "store")] == ["2 commands"]


def test_one_asks_and_the_other_waits_for_the_connection(server, store, name):
    first, second = f"{name}-1", f"{name}-2"
    asked = [ask(f"{server.url}/waits/{first}", name=first)]
    until(lambda: store.info("clients")["blocked_clients"] == 1, "the store lets the first one wait")
    asked.append(ask(f"{server.url}/rates/{second}", name=second))
    until(lambda: server.recording(second).traces and of_kind(server, second, "connection"), "the second one waits")
    assert [each.label for each in of_kind(server, first, "store")] == ["still running"]
    store.rpush(f"queue:{first}", "a parcel")
    assert all(each.result(FAR).ok for each in asked)
    [asks], [waits] = of_kind(server, first, "store"), of_kind(server, second, "connection")
    assert asks.start < waits.start < asks.end < waits.end


def test_what_fails_ends(server, name):
    assert ask(f"{server.url}/fails/{name}", name=name).result(FAR).status_code == 500
    assert [each.label for each in of_kind(server, name, "store")] == [f"SET rate:{name}", f"RPUSH rate:{name}"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("get", b"rate:7"), "GET rate:7"),
        (("PING",), "PING"),
        (("EVALSHA", "5f3a", 1, "limit:ada", 9), "EVALSHA limit:ada"),
        (("SET", "rate:" + 40 * "7", "12"), "SET rate:" + 19 * "7"),
        (("GET", b"\xff"), "GET \N{REPLACEMENT CHARACTER}"),
    ],
)
def test_label_says_what_and_of_which_key(words, told):
    assert _shortened(words) == told
