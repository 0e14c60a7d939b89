"""A worker dies in the midst of a task: what the broker has kept, who has it next, and under which id."""

import os
import random
import signal
from contextlib import ExitStack

import celery.utils.time
import pytest
from celery import Celery
from celery.utils.time import get_exponential_backoff_interval
from kombu.transport.redis import Channel

from tests.claims.celery_queue.conftest import Office, outcome, told
from tests.waiting import until

SOON = {"visibility_timeout": 1, "unacked_restore_interval": 0.2, "unacked_restore_throttle": 1}


def at_it(shared, carriers, name, n=1):
    """Give a task that is at work in one of the shared worker's children."""
    carriers.hold("/errands/*")
    shared.at("prefork")
    task = shared.send(name, n, queue="prefork")
    until(lambda: carriers.waiting(f"/errands/{n}"), "it is at it")
    return task


@pytest.fixture(scope="module")
def hasty(outside):
    """An office where a message is given to others after a second."""
    with ExitStack() as stack:
        office = Office(stack, outside)
        office.worker = office.hire(concurrency=2, broker_transport_options=SOON)
        yield office


def attempts(carriers):
    return carriers.asked("/errands/*")


# When is it acknowledged, and when given to others?


def test_message_is_acknowledged_before_the_task_runs_unless_told(shared, carriers):
    assert Celery().conf.task_acks_late is False
    at_it(shared, carriers, "early")
    until(lambda: shared.lists("prefork") == (0, 0), "the broker has forgotten it")


def test_late_message_is_kept_until_the_task_is_done(shared, carriers):
    task = at_it(shared, carriers, "late")
    assert shared.lists("prefork") == (0, 1)
    carriers.release()
    assert outcome(task) == 1
    until(lambda: shared.lists("prefork") == (0, 0), "the broker has forgotten it")


def test_lost_message_is_given_to_others_after_an_hour_and_looked_for_every_hundred_seconds():
    assert Channel.visibility_timeout == 3600
    assert Channel.unacked_restore_interval * Channel.unacked_restore_throttle == 100


def test_running_task_is_given_to_somebody_else_after_the_timeout(hasty, carriers):
    carriers.hold("/errands/*")
    task = hasty.send("late", 1)
    until(lambda: len(carriers.waiting("/errands/1")) == 2, "two are at it")
    assert {call.headers["task"] for call in carriers.waiting("/errands/1")} == {task.id}
    carriers.mend()
    assert outcome(task) == 1


def test_what_waits_in_a_worker_counts_too(hasty, carriers):
    carriers.hold("/errands/*")
    for n in (2, 3):
        hasty.send("early", n)
    until(lambda: carriers.waiting("/errands/2") and carriers.waiting("/errands/3"), "both places are taken")
    task = hasty.send("early", 4)
    until(lambda: hasty.worker.log.count(f"[{task.id}] received") > 1, "it is given out again, and has never begun")
    carriers.mend()
    until(lambda: len(carriers.asked("/errands/4")) > 1, "it is done twice")


def test_countdown_counts_too(hasty):
    task = hasty.send("early", 5, countdown=3600)
    until(lambda: hasty.worker.log.count(f"[{task.id}] received") > 1, "it is given out again, long before it is due")


# The table.


def test_whole_worker_is_killed(office, carriers):
    carriers.hold("/errands/*")
    worker = office.hire(concurrency=2, broker_transport_options=SOON)
    early, late = office.send("early", 1), office.send("late", 2)
    until(lambda: len(carriers.waiting("/errands/*")) == 2, "both are at work")
    worker.kill()
    assert office.lists() == (0, 1)
    carriers.mend()
    office.hire("another", broker_transport_options=SOON)
    assert outcome(late) == 2
    assert {call.headers["task"] for call in carriers.asked("/errands/2")} == {late.id}
    assert len(carriers.asked("/errands/2")) >= 2
    assert (len(carriers.asked("/errands/1")), early.state) == (1, "PENDING")


@pytest.mark.parametrize("name", ["early", "late"])
def test_one_child_is_killed(name, shared, carriers):
    task = at_it(shared, carriers, name)
    kill_child(carriers)
    error, words = told(outcome(task))
    assert (task.state, error, "signal 9" in words) == ("FAILURE", "WorkerLostError", True)
    until(lambda: shared.lists("prefork") == (0, 0), "the broker has forgotten it")
    carriers.release()
    assert outcome(shared.send("early", 2, queue="prefork")) == 2  # the worker goes on
    assert shared.at("prefork").running
    assert len(carriers.asked("/errands/1")) == 1


def test_one_child_is_killed_and_the_message_rejected(shared, carriers):
    task = at_it(shared, carriers, "rejected")  # with a timeout of an hour
    kill_child(carriers)
    until(lambda: len(attempts(carriers)) == 2, "it comes back at once")
    carriers.release()
    assert outcome(task) == 1
    assert {call.headers["task"] for call in attempts(carriers)} == {task.id}


def kill_child(carriers):
    os.kill(int(attempts(carriers)[0].headers["process"]), signal.SIGKILL)


def test_worker_that_is_told_to_end_finishes_its_tasks(office, carriers):
    carriers.hold("/errands/*")
    worker = office.hire(concurrency=2)
    early, late = office.send("early", 1), office.send("late", 2)
    until(lambda: len(carriers.waiting("/errands/*")) == 2, "both are at work")
    os.kill(worker.pid, signal.SIGTERM)
    until(lambda: "Warm shutdown" in worker.log, "it has been told")
    waits = office.send("early", 3)
    carriers.release()
    until(lambda: not worker.running, "it has ended")
    assert (outcome(early), outcome(late), worker.exit_code) == (1, 2, 0)
    assert len(attempts(carriers)) == 2
    assert (waits.state, office.lists()) == ("PENDING", (1, 0))


# Again, and under which name.


def test_id_is_the_same_in_all_attempts(shared, carriers):
    shared.at("prefork")
    task = shared.send("stumbles", 1, queue="prefork")
    assert outcome(task) is None
    assert [call.headers["task"] for call in attempts(carriers)] == [task.id] * 2


def test_two_clicks_are_two_ids(office):
    assert office.send("late", 1).id != office.send("late", 1).id


def tried_again(monkeypatch, **options):
    """Let a task fail on; give the seconds after which it was tried again."""
    app, waits = Celery(set_as_current=False, task_always_eager=True), []

    @app.task(bind=True, shared=False, autoretry_for=(OSError,), max_retries=3, **options)
    def fail(_):
        raise OSError

    retry = fail.retry

    def noted(**told):
        waits.append(told["countdown"])
        return retry(**told)

    monkeypatch.setattr(fail, "retry", noted)
    assert fail.apply().state == "FAILURE"
    return waits[:3]


@pytest.mark.parametrize("backoff", [0.5, 1, True])
def test_waits_between_retries_double_and_begin_with_a_second(backoff, monkeypatch):
    assert tried_again(monkeypatch, retry_backoff=backoff, retry_jitter=False) == [1, 2, 4]


def test_waits_are_drawn_by_lot_unless_told(monkeypatch):
    drawn = []
    monkeypatch.setattr(celery.utils.time.random, "randrange", lambda end: drawn.append(end) or 0)
    assert tried_again(monkeypatch, retry_backoff=1) == [0, 0, 0]
    assert drawn[:3] == [2, 3, 5]  # one of 0 to 1 seconds, then of 0 to 2, then of 0 to 4


def test_drawn_waits_differ():
    random.seed(7)
    assert len({get_exponential_backoff_interval(1, 10, 600, full_jitter=True) for _ in range(20)}) > 10
