"""What runs a task, and what can stop it: prefork, threads and solo."""

import pytest

from tests.claims.celery_queue.conftest import POOLS, outcome, told
from tests.waiting import FAR, until


def begin(shared, carriers, pool, *, n=1):
    """Fill so many places of a worker; give it and its first task."""
    carriers.hold("/errands/*")
    worker = shared.at(pool)
    tasks = [shared.send("early", each, queue=pool) for each in range(1, n + 1)]
    until(lambda: len(carriers.waiting("/errands/*")) == n, "they are at it")
    return worker, tasks[0]


@pytest.mark.parametrize("pool", POOLS)
def test_what_a_task_runs_in_and_how_many_at_once(pool, shared, carriers):
    at_once = 1 if pool == "solo" else 2
    worker, _ = begin(shared, carriers, pool, n=at_once)
    last = shared.send("early", 3, queue=pool)
    calls = [call.headers for call in carriers.waiting("/errands/*")]
    places = {(int(call["process"]) == worker.pid, call["thread"] == "MainThread") for call in calls}
    assert places == {{"prefork": (False, True), "threads": (True, False), "solo": (True, True)}[pool]}
    assert len({(call["process"], call["thread"]) for call in calls}) == at_once
    assert shared.hears(worker, timeout=0.2 if pool == "solo" else FAR) == (pool != "solo")  # all of it is in the task
    assert len(carriers.waiting("/errands/*")) == at_once
    carriers.release()
    assert outcome(last) == 3


def revoked(shared, carriers, pool, *, before=0):
    """Have a task revoked that waits, with so many before it; give the worker and the task, when the first is done."""
    worker, first = begin(shared, carriers, pool, n=2)
    others = [shared.send("early", 100 + n, queue=pool) for n in range(before)]
    waits = shared.send("early", 3, queue=pool)
    if before:
        until(lambda: shared.lists(pool)[0] == 1, "the worker has taken all the others")
    else:
        until(lambda: f"Task early[{waits.id}] received" in worker.log, "the worker has taken it")
    waits.revoke()
    until(lambda: f"Tasks flagged as revoked: {waits.id}" in worker.log, "it has heard of it")
    carriers.release()
    assert [outcome(task) for task in (first, *others)] == [1, *range(100, 100 + before)]
    return worker, waits


@pytest.mark.parametrize(("pool", "before"), [("prefork", 0), ("prefork", 8), ("threads", 8)])
def test_revoked_before_it_begins(pool, before, shared, carriers):
    worker, waits = revoked(shared, carriers, pool, before=before)
    until(lambda: f"Discarding revoked task: early[{waits.id}]" in worker.log, "it is not done")
    assert waits.state == "REVOKED"
    assert not carriers.asked("/errands/3")


def test_thread_s_task_is_done_once_the_worker_has_it(shared, carriers):
    worker, waits = revoked(shared, carriers, "threads")
    until(lambda: f"Task early[{waits.id}] succeeded" in worker.log, "it is done all the same")
    assert carriers.asked("/errands/3")


def test_solo_hears_of_a_revoke_when_it_is_free(shared, carriers):
    worker, first = begin(shared, carriers, "solo")
    first.revoke()
    assert not shared.hears(worker, timeout=0.2)
    assert f"Tasks flagged as revoked: {first.id}" not in worker.log
    carriers.release()
    until(lambda: f"Tasks flagged as revoked: {first.id}" in worker.log, "it has heard of it")
    assert f"Task early[{first.id}] succeeded" in worker.log


def test_child_can_be_terminated(shared, carriers):
    _, task = begin(shared, carriers, "prefork")
    task.revoke(terminate=True)
    until(lambda: task.state == "REVOKED", "it is ended")
    until(lambda: carriers.asked("/errands/1")[0].gone, "and its connection with it")


def test_thread_cannot_be_terminated(shared, carriers):
    worker, task = begin(shared, carriers, "threads")
    task.revoke(terminate=True)
    until(lambda: "does not implement kill_job" in worker.log, "it cannot")
    assert carriers.waiting("/errands/1")
    carriers.release()
    until(lambda: carriers.asked("/errands/1")[0].answered, "it is done all the same")


def test_solo_cannot_be_terminated(shared, carriers):
    worker, task = begin(shared, carriers, "solo")
    task.revoke(terminate=True)
    carriers.release()
    until(lambda: f"Task early[{task.id}] succeeded" in worker.log, "it is done all the same")


def test_time_limit_ends_a_child_and_no_thread(shared, carriers):
    carriers.hold("/errands/*")
    for pool in POOLS:
        shared.at(pool)
    for n, pool in enumerate(("threads", "solo"), 1):
        shared.send("limited", n, queue=pool)
    until(lambda: len(carriers.waiting("/errands/*")) == 2, "both are at work, and were so before the third")
    error, _ = told(outcome(shared.send("limited", 3, queue="prefork")))
    assert error == "TimeLimitExceeded"
    assert len(carriers.waiting("/errands/1")) == len(carriers.waiting("/errands/2")) == 1


def test_get_in_a_task_is_refused(shared):
    shared.at("prefork")
    error, words = told(outcome(shared.send("gets", queue="prefork")))
    assert (error, words.splitlines()[0]) == ("RuntimeError", "Never call result.get() within a task!")
    shared.client.delete("celery")  # what it has sent before


# Processes of a worker: what is made before the fork is in all of them.


def test_what_is_made_before_the_fork_is_one_and_begin_runs_in_each_child(office, carriers):
    carriers.hold("/sockets/*")
    worker = office.hire(concurrency=2)
    for _ in range(2):
        office.send("socket")
    until(lambda: len(carriers.waiting("/sockets/*")) == 2, "both children are at it")
    calls = carriers.asked("/sockets/*")
    children = {call.headers["process"] for call in calls}
    assert (len(children), len({call.path for call in calls})) == (2, 1)
    begun = {call.headers["process"] for call in carriers.asked("/begun")}
    assert children <= begun
    assert str(worker.pid) not in begun


def test_threads_begin_no_process(office, carriers):
    worker = office.hire(pool="threads")
    assert outcome(office.send("early", 1)) == 1
    assert str(worker.pid) in {call.headers["process"] for call in carriers.asked("/errands/1")}
    assert str(worker.pid) not in {call.headers["process"] for call in carriers.asked("/begun")}


def test_coroutine_function_gives_a_coroutine(shared):
    shared.at("prefork")
    words = "TypeError('Object of type coroutine is not JSON serializable')"
    assert told(outcome(shared.send("coroutine", queue="prefork"))) == ("EncodeError", words)
