"""Prices: async code in a worker."""

import pytest

from labs.celery_queue import tasks
from tests.server.asking import get, post
from tests.waiting import FAR
from unblocked.outside import Outside


def ask(parcel, kind):
    """Have six prices asked for, one after another; give what became of it."""
    told = []
    for n in range(1, 7):
        task = post(f"{parcel.url}/prices/{kind}/{n}").json()["task"]
        parcel.wait_for_tasks(within=FAR)
        told.append(get(f"{parcel.url}/tasks/{task}").json())
    return told


@pytest.mark.parametrize("kind", ["own", "kept"])
def test_client_of_one_loop_gives_a_price_every_time(kind, parcel):
    prices = [{"state": "SUCCESS", "result": {"price": Outside.price("swift", n)}} for n in range(1, 7)]
    assert ask(parcel, kind) == prices


def test_coroutine_function_gives_none(parcel):
    assert [told["state"] for told in ask(parcel, "awaited")] == ["FAILURE"] * 6
    words = "raised unexpected: EncodeError(TypeError('Object of type coroutine is not JSON serializable'))"
    assert words in parcel.log_of("worker")


def test_client_of_all_loops_fails_every_second_time(parcel):
    states = [told["state"] for told in ask(parcel, "shared")]
    assert states[0] == "SUCCESS"
    assert 2 <= states.count("FAILURE") <= 3  # three in one process, or in both of them together
    assert "raised unexpected: RuntimeError('Event loop is closed')" in parcel.log_of("worker")


def test_kept_loop_and_client_are_closed_in_the_end(carriers, monkeypatch):
    monkeypatch.setattr(tasks.settings, "carriers_url", carriers.url)
    tasks.begin()
    assert tasks.price_kept(7) == {"price": Outside.price("swift", 7)}
    tasks.end()
    assert tasks.Loop.client.is_closed
    with pytest.raises(RuntimeError, match="closed"):
        tasks.Loop.runner.get_loop()
