"""What a broker keeps because nobody has acknowledged it."""

from unblocked.backends.unacked import keeps


def test_messages_that_workers_have_are_looked_through(valkey, client):
    assert not keeps(valkey.url, ["one"])
    client.hset("unacked", "delivery", '[{"headers": {"id": "one"}}]')
    assert keeps(valkey.url, ["two", "one"])
    assert not keeps(valkey.url, ["two"])
    assert not keeps(valkey.url, [])


def test_broker_that_is_not_there_keeps_nothing(tmp_path):
    assert not keeps(f"unix://{tmp_path}/valkey.sock", ["one"])
