"""What a result backend knows of a task: what is there, until when, and what is not."""

import json
from datetime import timedelta

import pytest
from celery import Celery

from tests.claims.celery_queue.conftest import outcome
from tests.waiting import until


def test_nothing_is_known_of_a_task_that_was_never_sent(office):
    assert office.results.AsyncResult("no-such-thing").state == "PENDING"
    assert office.client.keys("celery-task-meta-*") == []


def test_state_of_one_that_waits_and_of_one_that_was_forgotten(office):
    task = office.send("early", 7)
    assert task.state == "PENDING"
    office.hire()
    assert outcome(task) == 7
    assert office.results.AsyncResult(task.id).state == "SUCCESS"
    task.forget()
    assert office.results.AsyncResult(task.id).state == "PENDING"


@pytest.mark.parametrize(("track", "state"), [(False, "PENDING"), (True, "STARTED")])
def test_task_that_runs_is_started_only_where_it_is_asked_for(track, state, office, carriers):
    assert Celery().conf.task_track_started is False
    carriers.hold("/work/*")
    office.hire(task_track_started=track)
    task = office.send("early", 7)
    until(lambda: carriers.waiting("/work/7"), "it is at it")
    assert task.state == state


def test_new_state_replaces_the_one_before(office, carriers):
    carriers.hold("/told/*")
    office.hire()
    task, key = office.send("tells"), "celery-task-meta-{}"
    for done in (1, 2):
        until(lambda done=done: carriers.waiting(f"/told/{done}"), "it has said so")
        kept = json.loads(office.client.get(key.format(task.id)))
        assert (kept["status"], kept["result"]) == ("PROGRESS", {"done": done})
        carriers.release(1)
    assert outcome(task) is None
    assert office.client.keys("celery-task-meta-*") == [key.format(task.id).encode()]


def test_result_is_kept_for_a_day(office):
    assert Celery().conf.result_expires == timedelta(days=1)
    office.hire()
    task = office.send("early", 7)
    assert outcome(task) == 7
    [key] = office.client.keys("celery-task-meta-*")
    assert 86_000 < office.client.ttl(key) <= 86_400


def test_ignored_result_costs_no_key(office, carriers):
    office.hire(task_track_started=True)
    ignored = office.send("ignored", 1)
    assert outcome(office.send("early", 2)) == 2  # the same place has done the other one before
    assert carriers.asked("/work/1")
    assert f"celery-task-meta-{ignored.id}".encode() not in office.client.keys("celery-*")


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
