"""Mailings: how far one is, which there are, and for how long that is known."""

import json

import pytest

from labs.celery_queue.mailings import Progress
from tests.server.asking import get, post
from tests.waiting import FAR, until


def begin(parcel, letters):
    answer = post(f"{parcel.url}/mailings", json={"letters": letters})
    assert answer.status_code == 202
    return answer.json()["mailing"]


def progress(parcel, mailing):
    told = get(f"{parcel.url}/mailings/{mailing}").json()
    return told["state"], told["done"], told["total"]


def test_mailing_tells_how_far_it_is(parcel, carriers):
    carriers.hold("/mail/*")
    mailing = begin(parcel, 3)
    until(lambda: progress(parcel, mailing) == ("STARTED", 0, 0), "it has begun")
    for done in (1, 2):
        assert carriers.wait_for(1)
        carriers.release(1)
        until(lambda done=done: progress(parcel, mailing) == ("PROGRESS", done, 3), "a letter is out")
    carriers.mend()
    until(lambda: progress(parcel, mailing) == ("SUCCESS", 3, 3), "all are out")


def test_events_come_until_it_is_over(parcel, carriers):
    carriers.hold("/mail/*")
    mailing = begin(parcel, 2)
    assert carriers.wait_for(1)
    with get(f"{parcel.url}/mailings/{mailing}/events", stream=True) as stream:
        seen = events(stream)
        assert next(seen)["state"] == "STARTED"
        carriers.release(1)
        assert next(seen) == {"mailing": mailing, "state": "PROGRESS", "done": 1, "total": 2}
        carriers.mend()
        assert [each["state"] for each in seen][-1] == "SUCCESS"


def events(stream):
    for line in stream.iter_lines():
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def test_mailing_that_waits_is_pending(parcel):
    parcel.kill("worker")
    mailing = begin(parcel, 0)
    assert progress(parcel, mailing) == ("PENDING", 0, 0)
    parcel.again("worker")
    until(lambda: progress(parcel, mailing) == ("SUCCESS", 0, 0), "it is over")


def test_mailing_that_fails_says_so(parcel, carriers):
    carriers.fail("/mail/*")
    mailing = begin(parcel, 2)
    until(lambda: progress(parcel, mailing) == ("FAILURE", 0, 0), "it has failed")


def test_strange_mailing_is_not_found_and_a_strange_task_waits(parcel):
    assert get(f"{parcel.url}/mailings/no-such-thing").status_code == 404
    assert get(f"{parcel.url}/tasks/no-such-thing").json() == {"state": "PENDING", "result": None}


def test_mailing_is_known_for_as_long_as_its_result(parcel, broker):
    mailing = begin(parcel, 0)
    parcel.wait_for_tasks(within=FAR)
    assert 500 < broker.ttl(f"mailing:{mailing}") <= 600
    assert 500 < broker.ttl(f"celery-task-meta-{mailing}") <= 600


@pytest.mark.parametrize(
    ("state", "over"),
    [
        ("PENDING", False),
        ("STARTED", False),
        ("PROGRESS", False),
        ("SUCCESS", True),
        ("FAILURE", True),
        ("REVOKED", True),
    ],
)
def test_what_is_over(state, over):
    assert Progress(mailing="7", state=state).over is over
