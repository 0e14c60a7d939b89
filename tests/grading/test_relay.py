"""What a server of a check replies is held on its way to an answer, and nobody else waits for that."""

import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from tests.waiting import until
from unblocked.grading.relay import Relay
from unblocked.grading.store import Store


@pytest.fixture(scope="module")
def store():
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        try:
            store.wait_until_ready()
            yield store
        finally:
            store.kill()


@pytest.fixture
def client(store):
    with redis.Redis.from_url(store.url) as client:
        client.flushall()
        yield client


def test_reply_after_another_is_held_and_others_go_on(store, client):
    with store.relayed() as relay, ThreadPoolExecutor(1) as pool, redis.Redis.from_url(store.url) as another:
        assert (client.ping(), another.ping()) == (True, True)
        relay.hold(after=1)
        heard = []
        asking = pool.submit(lambda: [heard.append(client.incr("n")), heard.append(client.incr("n"))])
        until(lambda: relay.holds, "a reply that is held")
        assert (heard, another.get("n")) == ([1], b"2")  # it was done: who asked does not know yet
        assert not asking.done()
        relay.release()
        asking.result()
        assert (heard, relay.holds) == ([1, 2], False)


def test_nothing_is_held_after_a_release(store, client):
    with store.relayed() as relay:
        client.ping()
        relay.hold(after=1)
        relay.release()
        assert [client.ping() for _ in range(3)] == [True] * 3


def test_open_connections_are_made_anew_and_counted_as_the_answer_s(store, client):
    client.set("rate:7", 10.5)
    before = client.client_id()
    with store.relayed():
        between = client.client_id()
        assert (store.connections, store.keys) == (1, ["rate:7"])
        assert client.get("rate:7") == b"10.5"
        assert store.asked("GET")[-1] == ["GET", "rate:7"]
    assert len({before, between, client.client_id()}) == 3
    assert [each.name for each in store.path.parent.iterdir()] == [store.path.name]


def test_what_is_held_when_a_check_ends_holds_up_nothing(store, client):
    with ThreadPoolExecutor(1) as pool:
        with store.relayed() as relay:
            client.ping()
            relay.hold(after=0)
            asking = pool.submit(client.get, "n")
            until(lambda: relay.holds, "a reply that is held")
        with pytest.raises(redis.ConnectionError):
            asking.result()
    assert not any(each.name == "relay" for each in threading.enumerate())


def test_server_that_is_down_refuses_who_comes(tmp_path):
    relay = Relay(tmp_path / "r", server=Path(tmp_path / "nobody"))
    try:
        with redis.Redis.from_url(f"unix://{relay.path}", retry=None) as client, pytest.raises(redis.ConnectionError):
            client.ping()
    finally:
        relay.close()
