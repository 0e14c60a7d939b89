"""What becomes of Celery tasks, as their notes tell it: where each was, and whether it is over."""

import json

import pytest

from unblocked.recorder.notes import Notes


@pytest.fixture
def notes(tmp_path):
    return Notes(tmp_path / "tasks.jsonl")


def told(notes, now=99.0):
    [task] = notes.tasks().values()
    return [(s.kind, s.start, s.end) for s in task.seen(now)], task.state, task.over


def sent(notes, at):
    notes.add("sent", at=at, id="a", name="draw", request="run-1")


def began(notes, at, worker="one", *, kept=True):
    notes.add("began", at=at, id="a", name="draw", request="run-1", worker=worker, kept=kept)


def ended(notes, at, state="SUCCESS"):
    notes.add("ended", at=at, id="a", state=state)


def test_task_waits_and_is_worked_on(notes):
    sent(notes, 1.0)
    began(notes, 2.0)
    ended(notes, 4.0)
    assert told(notes) == ([("broker", 1.0, 2.0), ("worker", 2.0, 4.0)], "SUCCESS", True)
    [task] = notes.tasks().values()
    assert (task.name, task.request, task.stretches[1].label) == ("draw", "run-1", "draw")


def test_what_is_not_over_lasts_until_now(notes):
    sent(notes, 1.0)
    assert told(notes, now=5.0) == ([("broker", 1.0, 5.0)], "", False)
    began(notes, 2.0)
    assert told(notes, now=5.0) == ([("broker", 1.0, 2.0), ("worker", 2.0, 5.0)], "", False)


def test_order_of_writing_does_not_matter(notes):
    began(notes, 2.0)  # the worker was faster than whoever noted the sending
    ended(notes, 4.0)
    sent(notes, 1.0)
    assert told(notes) == ([("broker", 1.0, 2.0), ("worker", 2.0, 4.0)], "SUCCESS", True)


def test_retry_waits_again(notes):
    sent(notes, 1.0)
    began(notes, 2.0)
    sent(notes, 2.9)  # a task sends itself again before it ends
    ended(notes, 3.0, "RETRY")
    assert told(notes, now=4.0)[1:] == ("RETRY", False)
    began(notes, 5.0)
    ended(notes, 6.0)
    places = [("broker", 1.0, 2.0), ("worker", 2.0, 3.0), ("broker", 3.0, 5.0), ("worker", 5.0, 6.0)]
    assert told(notes) == (places, "SUCCESS", True)


def test_task_of_a_worker_that_is_gone_waits_for_another(notes):
    sent(notes, 1.0)
    began(notes, 2.0, worker="one")
    notes.add("gone", at=3.0, worker="two")  # another one: no matter
    notes.add("gone", at=4.0, worker="one")
    assert told(notes, now=5.0) == ([("broker", 1.0, 2.0), ("worker", 2.0, 4.0), ("broker", 4.0, 5.0)], "LOST", False)
    began(notes, 6.0, worker="two")
    ended(notes, 7.0)
    assert told(notes)[0][2:] == [("broker", 4.0, 6.0), ("worker", 6.0, 7.0)]
    assert told(notes)[2]


def test_task_that_the_broker_has_forgotten_is_lost_with_its_worker(notes):
    sent(notes, 1.0)
    began(notes, 2.0, kept=False)
    notes.add("gone", at=4.0, worker="one")
    assert told(notes) == ([("broker", 1.0, 2.0), ("worker", 2.0, 4.0)], "LOST", True)


def test_what_is_revoked_in_the_queue_is_over(notes):
    sent(notes, 1.0)
    ended(notes, 3.0, "REVOKED")
    assert told(notes) == ([("broker", 1.0, 3.0)], "REVOKED", True)


def test_half_a_line_is_left_out(notes):
    sent(notes, 1.0)
    with notes.path.open("a") as file:
        file.write(json.dumps({"what": "began", "at": 2.0})[:-5])
    assert told(notes, now=3.0) == ([("broker", 1.0, 3.0)], "", False)


def test_without_a_file_there_are_no_tasks(notes):
    assert notes.tasks() == {}


def test_what_the_broker_forgets_is_known_while_it_is_worked_on(notes):
    sent(notes, 1.0)
    [task] = notes.tasks().values()
    assert task.forgotten_with == ""
    began(notes, 2.0, worker="one", kept=False)
    [task] = notes.tasks().values()
    assert task.forgotten_with == "one"
    ended(notes, 3.0)
    [task] = notes.tasks().values()
    assert task.forgotten_with == ""
