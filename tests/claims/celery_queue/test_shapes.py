"""Tasks that belong together: who sends the next one, who counts, and what waits behind what."""

import json

import psutil
import pytest
from celery import chain, chord, group

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
    assert names(office) == ["early"] * 3


def test_chain_sends_the_next_when_the_one_before_is_done(office, carriers):
    carriers.hold("/work/*")
    chain(signature(office, "early", 1), signature(office, "joins"), app=office.results).apply_async()
    assert names(office) == ["early"]
    office.hire()
    until(lambda: carriers.waiting("/work/1"), "the first is at work")
    assert office.lists() == (0, 0)
    carriers.release()
    until(lambda: carriers.asked("/joined"), "the next one is sent")


def begin_chord(office, *header):
    """Send it; give what is known of its last task."""
    header = [signature(office, *each) for each in header]
    return office.results.AsyncResult(chord(header, app=office.results)(signature(office, "joins")).id)


def test_chord_s_results_are_in_order_and_its_last_task_sends_the_next(office, carriers):
    carriers.hold("/work/*")
    worker = office.hire(concurrency=2)
    joined = begin_chord(office, ("early", 1), ("early", 2))
    until(lambda: len(carriers.waiting("/work/*")) == 2, "both are at work")
    last = carriers.waiting("/work/1")[0].headers["process"]
    carriers.release(path="/work/2")
    until(lambda: office.client.keys("*.j"), "the results are counted there")
    assert office.client.zcard(office.client.keys("*.j")[0]) == 1
    assert not carriers.asked("/joined")
    carriers.release()
    assert outcome(joined) == [1, 2]
    [call] = carriers.asked("/joined")
    assert call.headers["origin"].split("@")[0] == f"gen{last}"
    assert int(last) in {child.pid for child in psutil.Process(worker.pid).children()}


def test_chord_needs_results(office):
    app = office.app(urls={"broker": office.env["CELERY_BROKER_URL"], "backend": None})
    with pytest.raises(NotImplementedError, match="result backend"):
        chord([app.signature("early", args=[1])], app=app)(app.signature("joins"))


def test_header_task_that_ignores_its_result_is_counted_as_well(office, carriers):
    office.hire()
    joined = begin_chord(office, ("ignored", 1), ("early", 2))
    until(lambda: len(carriers.asked("/work/*")) == 2, "both are done")
    assert outcome(joined) == [1, 2]


# Queues.


def test_queue_is_served_in_the_order_of_its_messages(office, carriers):
    for n in range(5):
        office.send("early", n)
    office.hire()
    until(lambda: len(carriers.asked("/work/*")) == 5, "all are done")
    assert [call.path for call in carriers.asked("/work/*")] == [f"/work/{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("conf", "taken"),
    [({}, 8), ({"worker_prefetch_multiplier": 1}, 2), ({"worker_disable_prefetch": True}, 2)],
)
def test_worker_takes_four_messages_for_each_place_unless_told(conf, taken, office, carriers):
    carriers.hold("/work/*")
    for n in range(10):
        office.send("late", n)
    office.hire(concurrency=2, **conf)
    until(lambda: office.lists()[1] == taken, "so many are taken")
    assert office.hears()
    assert office.lists() == (10 - taken, taken)


@pytest.mark.parametrize(
    ("conf", "in_the_broker"), [({"worker_prefetch_multiplier": 1}, 0), ({"worker_disable_prefetch": True}, 1)]
)
def test_where_an_early_message_waits(conf, in_the_broker, office, carriers):
    carriers.hold("/work/*")
    office.hire(**conf)
    office.send("early", 1)
    until(lambda: carriers.waiting("/work/1"), "the only place is taken")
    office.send("early", 2)
    until(lambda: office.lists() == (in_the_broker, 1 - in_the_broker), "that is where it waits")
    assert office.hears()
    assert office.lists() == (in_the_broker, 1 - in_the_broker)
