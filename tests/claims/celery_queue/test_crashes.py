"""A worker dies in the midst of a task: what the broker has kept, who has it next, and under which id."""

import os
import random
import signal

import celery.utils.time
import pytest
from celery import Celery
from celery.utils.time import get_exponential_backoff_interval
from kombu.transport.redis import Channel

from tests.claims.celery_queue.conftest import outcome, told
from tests.waiting import until

SOON = {"visibility_timeout": 1, "unacked_restore_interval": 0.2, "unacked_restore_throttle": 1}


def begin(office, carriers, name, *, n=1, **conf):
    """Hire a worker, and give it and a task that it is at."""
    carriers.hold("/work/*")
    worker = office.hire(**conf)
    task = office.send(name, n)
    until(lambda: carriers.waiting(f"/work/{n}"), "it is at it")
    return worker, task


def attempts(carriers):
    return carriers.asked("/work/*")


# When is it acknowledged, and when given to others?


def test_message_is_acknowledged_before_the_task_runs_unless_told(office, carriers):
    assert Celery().conf.task_acks_late is False
    begin(office, carriers, "early")
    until(lambda: office.lists() == (0, 0), "the broker has forgotten it")


def test_late_message_is_kept_until_the_task_is_done(office, carriers):
    _, task = begin(office, carriers, "late")
    assert office.lists() == (0, 1)
    carriers.release()
    assert outcome(task) == 1
    until(lambda: office.lists() == (0, 0), "the broker has forgotten it")


def test_lost_message_is_given_to_others_after_an_hour_and_looked_for_every_hundred_seconds():
    assert Channel.visibility_timeout == 3600
    assert Channel.unacked_restore_interval * Channel.unacked_restore_throttle == 100


def test_running_task_is_given_to_somebody_else_after_the_timeout(office, carriers):
    _, task = begin(office, carriers, "late", concurrency=2, broker_transport_options=SOON)
    until(lambda: len(carriers.waiting("/work/1")) == 2, "two are at it")
    assert {call.headers["task"] for call in carriers.waiting("/work/1")} == {task.id}


def test_countdown_counts_too(office):
    worker = office.hire(broker_transport_options=SOON)
    task = office.send("early", 1, countdown=3600)
    received = f"Task early[{task.id}] received"
    until(lambda: worker.log.count(received) > 1, "it is given out again, long before it is due")


def test_what_waits_in_a_worker_counts_too(office, carriers):
    worker, _ = begin(office, carriers, "early", broker_transport_options=SOON)
    task = office.send("early", 2)
    received = f"Task early[{task.id}] received"
    until(lambda: worker.log.count(received) > 1, "it is given out again, although it has never begun")
    carriers.release()
    until(lambda: len(carriers.asked("/work/2")) > 1, "it is done twice")


# The table.


def test_early_task_is_lost_with_its_worker(office, carriers):
    worker, task = begin(office, carriers, "early", broker_transport_options=SOON)
    until(lambda: office.lists() == (0, 0), "it is acknowledged")
    worker.kill()
    carriers.mend()
    office.hire("another", broker_transport_options=SOON)
    assert outcome(office.send("early", 2)) == 2  # others are done
    assert (len(carriers.asked("/work/1")), task.state) == (1, "PENDING")


def test_late_task_comes_back_after_its_worker_s_death(office, carriers):
    worker, task = begin(office, carriers, "late", broker_transport_options=SOON)
    worker.kill()
    assert office.lists() == (0, 1)
    carriers.mend()
    office.hire("another", broker_transport_options=SOON)
    assert outcome(task) == 1
    assert len(carriers.asked("/work/1")) >= 2
    assert {call.headers["task"] for call in carriers.asked("/work/1")} == {task.id}


@pytest.mark.parametrize("name", ["early", "late"])
def test_one_child_is_killed(name, office, carriers):
    worker, task = begin(office, carriers, name)
    kill_child(carriers)
    name, words = told(outcome(task))
    assert (name, "signal 9" in words) == ("WorkerLostError", True)
    assert task.state == "FAILURE"
    until(lambda: office.lists() == (0, 0), "the broker has forgotten it")
    carriers.release()
    assert outcome(office.send("early", 2)) == 2  # by a new child
    assert worker.running
    assert len(carriers.asked("/work/1")) == 1


def test_one_child_is_killed_and_the_message_rejected(office, carriers):
    _, task = begin(office, carriers, "rejected")  # with a timeout of an hour
    kill_child(carriers)
    until(lambda: len(attempts(carriers)) == 2, "it comes back at once")
    carriers.release()
    assert outcome(task) == 1
    assert {call.headers["task"] for call in attempts(carriers)} == {task.id}


def kill_child(carriers):
    os.kill(int(attempts(carriers)[0].headers["process"]), signal.SIGKILL)


@pytest.mark.parametrize("name", ["early", "late"])
def test_worker_that_is_told_to_end_finishes_its_tasks(name, office, carriers):
    worker, task = begin(office, carriers, name)
    os.kill(worker.pid, signal.SIGTERM)
    until(lambda: "Warm shutdown" in worker.log, "it has been told")
    waits = office.send("early", 2)
    carriers.release()
    until(lambda: not worker.running, "it has ended")
    assert (outcome(task), worker.exit_code) == (1, 0)
    assert len(attempts(carriers)) == 1
    assert (waits.state, office.lists()) == ("PENDING", (1, 0))


# Again, and under which name.


def test_id_is_the_same_in_all_attempts(office, carriers):
    office.hire()
    task = office.send("stumbles", 1)
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
