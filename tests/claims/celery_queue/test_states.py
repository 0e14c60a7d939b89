"""What a result backend knows of a task: what is there, until when, and what is not."""

import json
from datetime import timedelta

from celery import Celery

from tests.claims.celery_queue.conftest import outcome
from tests.waiting import until


def test_nothing_is_known_of_a_task_that_was_never_sent(office):
    assert office.results.AsyncResult("no-such-thing").state == "PENDING"
    assert office.client.keys("celery-task-meta-*") == []


def test_one_that_waits_is_pending(office):
    assert office.send("early", 7).state == "PENDING"
    assert office.lists() == (1, 0)


def test_one_whose_result_was_forgotten_is_pending(shared):
    shared.at("prefork")
    task = shared.send("early", 7, queue="prefork")
    assert outcome(task) == 7
    assert shared.results.AsyncResult(task.id).state == "SUCCESS"
    task.forget()
    assert shared.results.AsyncResult(task.id).state == "PENDING"


def test_task_that_runs_is_pending_unless_it_is_asked_for(shared, carriers):
    assert Celery().conf.task_track_started is False
    carriers.hold("/errands/*")
    shared.at("prefork")
    task = shared.send("early", 7, queue="prefork")
    tracked = shared.send("tracked", 8, queue="prefork")
    until(lambda: len(carriers.waiting("/errands/*")) == 2, "both run")
    assert (task.state, tracked.state) == ("PENDING", "STARTED")


def test_new_state_replaces_the_one_before(shared, carriers):
    carriers.hold("/told/*")
    shared.at("prefork")
    task, key = shared.send("tells", queue="prefork"), "celery-task-meta-{}"
    for done in (1, 2):
        until(lambda done=done: carriers.waiting(f"/told/{done}"), "it has said so")
        kept = json.loads(shared.client.get(key.format(task.id)))
        assert (kept["status"], kept["result"]) == ("PROGRESS", {"done": done})
        carriers.release(1)
    assert outcome(task) is None
    assert shared.client.keys(f"*{task.id}*") == [key.format(task.id).encode()]


def test_result_is_kept_for_a_day(shared):
    assert Celery().conf.result_expires == timedelta(days=1)
    shared.at("prefork")
    task = shared.send("early", 7, queue="prefork")
    assert outcome(task) == 7
    assert 86_000 < shared.client.ttl(f"celery-task-meta-{task.id}") <= 86_400


def test_ignored_result_costs_no_key(shared, carriers):
    worker = shared.at("prefork")
    ignored = shared.send("ignored", 1, queue="prefork")
    until(
        lambda: ignored.id in [call.headers["task"] for call in carriers.asked("/errands/1") if call.answered],
        "it runs",
    )
    until(lambda: f"Task ignored[{ignored.id}] succeeded" in worker.log, "it is done")
    assert not shared.client.keys(f"*{ignored.id}*")


def looks(office, monkeypatch):
    """Have a task end between two looks at it, and count the looks."""
    seen = []
    backend = office.results.backend
    get = backend.get

    def counted(key):
        seen.append(key)
        found = get(key)
        backend.client.set(key, json.dumps({"status": "SUCCESS", "result": {"done": 2}, "task_id": "mine"}))
        return found

    backend.client.set("celery-task-meta-mine", json.dumps({"status": "PROGRESS", "result": {"done": 1}}))
    monkeypatch.setattr(backend, "get", counted)
    return seen


def test_state_and_info_are_two_looks(office, monkeypatch):
    seen = looks(office, monkeypatch)
    task = office.results.AsyncResult("mine")
    assert (task.state, task.info) == ("PROGRESS", {"done": 2})
    assert len(seen) == 2


def test_info_and_state_are_two_looks(office, monkeypatch):
    looks(office, monkeypatch)
    office.results.backend.client.delete("celery-task-meta-mine")
    task = office.results.AsyncResult("mine")
    assert (task.info, task.state) == (None, "SUCCESS")


def test_task_meta_is_one_look(office, monkeypatch):
    seen = looks(office, monkeypatch)
    told = office.results.backend.get_task_meta("mine")
    assert (told["status"], told["result"], len(seen)) == ("PROGRESS", {"done": 1}, 1)
