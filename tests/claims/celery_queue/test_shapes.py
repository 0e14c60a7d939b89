"""Tasks that belong together: who sends the next one, who counts, and what waits behind what."""

import gc
import json

import psutil
import pytest
from celery import Celery, chain, chord, group

from tests.claims.celery_queue.conftest import outcome
from tests.waiting import until


def signature(office, name, *args, **options):
    return office.results.signature(name, args=args, options=options)


def names(office):
    return [json.loads(each)["headers"]["task"] for each in office.client.lrange("celery", 0, -1)]


def test_signature_is_not_sent_and_a_group_sends_all(office):
    signatures = [signature(office, "early", n) for n in range(3)]
    assert office.lists() == (0, 0)
    group(signatures, app=office.results).apply_async()
    gc.collect()  # what listens for a result would miss its broker
    assert names(office) == ["early"] * 3


def test_chain_sends_the_next_when_the_one_before_is_done(shared, carriers):
    carriers.hold("/errands/*")
    shared.at("prefork")
    tasks = [signature(shared, name, *args).set(queue="prefork") for name, args in (("early", [1]), ("joins", []))]
    chain(tasks, app=shared.results).apply_async()
    until(lambda: carriers.waiting("/errands/1"), "the first is at work")
    until(lambda: shared.lists("prefork") == (0, 0), "and is acknowledged")
    assert not carriers.asked("/joined")
    carriers.release()
    until(lambda: carriers.asked("/joined"), "the next one is sent")


def begin_chord(office, *header):
    """Send it to the shared worker; give what is known of its last task."""
    tasks = [signature(office, *each).set(queue="prefork") for each in header]
    last = signature(office, "joins").set(queue="prefork")
    return office.results.AsyncResult(chord(tasks, app=office.results)(last).id)


def test_chord_s_results_are_in_order_and_its_last_task_sends_the_next(shared, carriers):
    carriers.hold("/errands/*")
    worker = shared.at("prefork")
    joined = begin_chord(shared, ("early", 1), ("early", 2))
    until(lambda: len(carriers.waiting("/errands/*")) == 2, "both are at work")
    last = carriers.waiting("/errands/1")[0].headers["process"]
    carriers.release(path="/errands/2")
    until(lambda: shared.client.keys("*.j"), "the results are counted there")
    [counted] = shared.client.keys("*.j")
    assert shared.client.zcard(counted) == 1
    assert not carriers.asked("/joined")
    carriers.release()
    assert outcome(joined) == [1, 2]
    [call] = carriers.asked("/joined")
    assert call.headers["origin"].split("@")[0] == f"gen{last}"
    assert int(last) in {child.pid for child in psutil.Process(worker.pid).children()}
    until(lambda: not shared.client.keys("*.j"), "and forgotten there")


def test_chord_needs_results(office):
    app = office.app(urls={"broker": office.env["CELERY_BROKER_URL"], "backend": None})
    with pytest.raises(NotImplementedError, match="result backend"):
        chord([app.signature("early", args=[1])], app=app)(app.signature("joins"))


def test_header_task_that_ignores_its_result_is_counted_as_well(shared, carriers):
    shared.at("prefork")
    joined = begin_chord(shared, ("ignored", 1), ("early", 2))
    until(lambda: len(carriers.asked("/errands/*")) == 2, "both are done")
    assert outcome(joined) == [1, 2]


# Queues.


def test_queue_is_served_in_the_order_of_its_messages(office, carriers):
    for n in range(5):
        office.send("early", n)
    office.hire()
    until(lambda: len(carriers.asked("/errands/*")) == 5, "all are done")
    assert [call.path for call in carriers.asked("/errands/*")] == [f"/errands/{n}" for n in range(5)]


def test_worker_takes_four_messages_for_each_place_unless_told(office, carriers):
    assert Celery().conf.worker_prefetch_multiplier == 4
    carriers.hold("/errands/*")
    for n in range(10):
        office.send("late", n)
    worker = office.hire(concurrency=2)
    until(lambda: office.lists() == (2, 8), "so many are taken")
    assert office.hears(worker)
    assert office.lists() == (2, 8)


@pytest.mark.parametrize(
    ("conf", "in_the_broker"), [({"worker_prefetch_multiplier": 1}, 0), ({"worker_disable_prefetch": True}, 1)]
)
def test_where_an_early_message_waits(conf, in_the_broker, office, carriers):
    carriers.hold("/errands/*")
    worker = office.hire(**conf)
    office.send("early", 1)
    until(lambda: carriers.waiting("/errands/1"), "the only place is taken")
    office.send("early", 2)
    until(lambda: office.lists() == (in_the_broker, 1 - in_the_broker), "that is where it waits")
    assert office.hears(worker)
    assert office.lists() == (in_the_broker, 1 - in_the_broker)
