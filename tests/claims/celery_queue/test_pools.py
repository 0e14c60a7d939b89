"""What runs a task, and what can stop it: prefork, threads and solo."""

import os

import pytest

from tests.claims.celery_queue.conftest import outcome, told
from tests.waiting import until

POOLS = ["prefork", "threads", "solo"]


def begin(office, carriers, pool, *, concurrency=2, name="early"):
    carriers.hold("/work/*")
    worker = office.hire(pool=pool, concurrency=concurrency)
    task = office.send(name, 1)
    until(lambda: carriers.waiting("/work/1"), "it is at it")
    return worker, task


@pytest.mark.parametrize("pool", POOLS)
def test_what_a_task_runs_in_and_how_many_at_once(pool, office, carriers):
    worker, _ = begin(office, carriers, pool)
    office.send("early", 2)
    if pool != "solo":
        until(lambda: len(carriers.waiting("/work/*")) == 2, "two run at once")
        assert office.hears()  # it answers while it works
    calls = [call.headers for call in carriers.waiting("/work/*")]
    places = {(int(call["process"]) == worker.pid, call["thread"] == "MainThread") for call in calls}
    assert places == {{"prefork": (False, True), "threads": (True, False), "solo": (True, True)}[pool]}
    assert len({call["process"] for call in calls}) == (2 if pool == "prefork" else 1)
    if pool == "solo":
        assert not office.hears(timeout=0.2)  # whoever asks is not heard: all of it is in the task
        assert len(carriers.waiting("/work/*")) == 1
    carriers.release()
    until(lambda: len(carriers.asked("/work/*")) == 2, "the second is done as well")


@pytest.mark.parametrize("pool", POOLS)
def test_revoked_before_it_begins(pool, office, carriers):
    worker, first = begin(office, carriers, pool, concurrency=1)
    second = office.send("early", 2)
    second.revoke()
    if pool != "solo":
        assert office.hears()
        until(lambda: "Tasks flagged as revoked" in worker.log, "it has heard of it")
    carriers.release()
    assert outcome(first) == 1
    if pool == "solo":  # it takes the next one, or hears of this first
        until(second.ready, "it is over")
    else:
        until(lambda: second.state == "REVOKED", "it is not done")
        assert not carriers.asked("/work/2")


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_terminated_while_it_runs(pool, office, carriers):
    worker, task = begin(office, carriers, pool)
    task.revoke(terminate=True)
    if pool == "prefork":
        until(lambda: task.state == "REVOKED", "it is ended")
        assert carriers.asked("/work/1")[0].gone
    else:
        until(lambda: "does not implement kill_job" in worker.log, "it cannot")
        assert carriers.waiting("/work/1")


def test_solo_hears_nothing_of_an_end_while_it_works(office, carriers):
    _, task = begin(office, carriers, "solo")
    task.revoke(terminate=True)
    carriers.release()
    assert outcome(task) == 1


def test_time_limit_ends_a_child_and_no_thread(office, carriers):
    carriers.hold("/work/*")
    office.hire("threads", pool="threads", queues=["threads"])
    office.hire("solo", pool="solo", queues=["solo"])
    for n, queue in enumerate(("threads", "solo"), 1):
        office.send("limited", n, queue=queue)
    until(lambda: len(carriers.waiting("/work/*")) == 2, "both are at work, and were so before the third")
    office.hire("prefork", queues=["prefork"])
    task = office.send("limited", 3, queue="prefork")
    assert told(outcome(task))[0] == "TimeLimitExceeded"
    assert len(carriers.waiting("/work/1")) == len(carriers.waiting("/work/2")) == 1


def test_get_in_a_task_is_refused(office):
    office.hire()
    name, words = told(outcome(office.send("gets")))
    assert (name, words.splitlines()[0]) == ("RuntimeError", "Never call result.get() within a task!")


# Processes of a worker: what is made before the fork is in all of them.


def test_begin_runs_in_each_child_after_the_fork(office, carriers):
    worker = office.hire(concurrency=2)
    until(lambda: len(carriers.asked("/begun")) == 2, "both children have begun")
    begun = {int(call.headers["process"]) for call in carriers.asked("/begun")}
    assert len(begun - {worker.pid, os.getpid()}) == 2


def test_threads_begin_no_process(office, carriers):
    office.hire(pool="threads")
    assert outcome(office.send("early", 1)) == 1
    assert not carriers.asked("/begun")


def test_what_is_made_before_the_fork_is_one_in_both_children(office, carriers):
    carriers.hold("/sockets/*")
    office.hire(concurrency=2)
    for _ in range(2):
        office.send("socket")
    until(lambda: len(carriers.waiting("/sockets/*")) == 2, "both children are at it")
    assert len({call.path for call in carriers.asked("/sockets/*")}) == 1
    assert len({call.headers["process"] for call in carriers.asked("/sockets/*")}) == 2


def test_coroutine_function_gives_a_coroutine(office):
    office.hire()
    words = "TypeError('Object of type coroutine is not JSON serializable')"
    assert told(outcome(office.send("coroutine"))) == ("EncodeError", words)
