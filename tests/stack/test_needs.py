"""What an app needs beside it, as its `services.toml` says."""

import pytest

from unblocked.faults import Fault
from unblocked.server.target import Target
from unblocked.stack.needs import Hand, Needs


def needs(tmp_path, text):
    (tmp_path / "app.py").touch()
    (tmp_path / "services.toml").write_text(text)
    return Needs.of(Target.of(str(tmp_path / "app.py")))


def test_nothing_is_needed_where_nothing_is_said():
    assert Needs.of(Target.of("routes")) == Needs(broker=False, workers=())


def test_broker_and_workers_are_read(tmp_path):
    text = '[[workers]]\nname = "quick"\napp = "tasks.py:queue"\npool = "solo"\nconcurrency = 1\nqueues = ["quick"]\n'
    hand = Hand(name="quick", app="tasks.py:queue", pool="solo", concurrency=1, queues=("quick",))
    assert needs(tmp_path, text) == Needs(broker=True, workers=(hand,))
    assert needs(tmp_path, "broker = true") == Needs(broker=True, workers=())


def test_database_and_preparation_are_read(tmp_path):
    assert needs(tmp_path, 'database = true\nprepare = "tables"') == Needs(database=True, prepare="tables")


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("", "app"),
        ("database = true", "database"),
        ('prepare = "tables"', "database"),
        ("broker = true", "worker"),
        ("broker = true\ndatabase = true", "worker"),
    ],
)
def test_processes_are_copies_of_one_that_is_warm_for_all_of_it(tmp_path, text, use):
    assert needs(tmp_path, text).use == use


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("broker", "services.toml` cannot be used: Expected '='"),
        ("brokers = true", "unexpected keyword argument 'brokers'"),
        (
            '[[workers]]\nname = "web"\napp = "a:b"',
            "each worker needs a name of its own, none of `web`, `broker`, `database`",
        ),
        ('[[workers]]\napp = "a:b"\n[[workers]]\napp = "a:b"', "each worker needs a name of its own"),
        ('[[workers]]\nname = "quick"', "missing 1 required keyword-only argument: 'app'"),
    ],
)
def test_mistakes_in_it_are_told(tmp_path, text, says):
    with pytest.raises(Fault, match=r"services\.toml` cannot be used") as raised:
        needs(tmp_path, text)
    assert says in raised.value.message
