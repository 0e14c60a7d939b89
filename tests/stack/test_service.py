"""An app with its broker and its worker: started together, harmed one by one, ended together."""

import textwrap

import psutil
import pytest

from tests.family import family_of
from tests.waiting import FAR, until
from unblocked import load, serve, timeline
from unblocked.faults import Fault
from unblocked.outside import Outside

APP = """
    import os
    from celery import Celery
    from fastapi import FastAPI

    queue = Celery("parcel")
    app = FastAPI()

    @queue.task(acks_late=True)
    def draw(parcel):
        import httpx
        httpx.post(os.environ["CARRIERS_URL"] + f"/drawn/{parcel}", timeout=60)
        return parcel

    @queue.task(bind=True)
    def stumble(task, parcel):
        if task.request.retries == 0:
            raise task.retry(countdown=0)
        draw.delay(parcel)

    @app.post("/labels/{parcel}")
    def label(parcel: int):
        return {"task": draw.delay(parcel).id}

    @app.post("/stumbles/{parcel}")
    async def stumbles(parcel: int):
        return {"task": stumble.delay(parcel).id}

    @app.get("/results/{task}")
    def result(task: str):
        return {"result": queue.AsyncResult(task).get(timeout=60)}
"""
SERVICES = """
    [[workers]]
    app = "office.py:queue"
    concurrency = 1
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "office.py").write_text(textwrap.dedent(APP))
    (tmp_path / "services.toml").write_text(textwrap.dedent(SERVICES))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def carriers():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture
def office(place, carriers):  # noqa: ARG001  # it stands there
    with serve("office.py", carriers=carriers) as service:
        yield service


def kinds(result, n=0):
    trace = result.later().recording.traces[n]
    return [s.kind for s in sorted(trace.stretches, key=lambda s: s.start) if s.kind in {"broker", "worker"}]


def test_task_is_sent_done_and_drawn(office, carriers):
    sent = load(office, "/labels/{n}", n=2, method="POST")
    office.wait_for_tasks(within=FAR)
    assert sorted(call.path for call in carriers.asked()) == ["/drawn/1", "/drawn/2"]
    assert [kinds(sent, n) for n in (0, 1)] == [["broker", "worker"]] * 2
    assert {(task.name, task.state, task.request) for task in office.tasks()} == {
        ("office.draw", "SUCCESS", request.id) for request in sent.requests
    }
    assert "runs in a Celery worker" in timeline(sent.later()).html


def test_retries_and_tasks_of_tasks_belong_to_the_request(office):
    sent = load(office, "/stumbles/7", n=1, method="POST")
    office.wait_for_tasks(within=FAR)
    assert kinds(sent) == ["broker", "worker", "broker", "worker", "broker", "worker"]
    assert [(task.name, task.state) for task in office.tasks()] == [
        ("office.stumble", "SUCCESS"),
        ("office.draw", "SUCCESS"),
    ]


def test_task_outlives_the_app_that_sent_it(office, carriers):
    carriers.hold()
    sent = load(office, "/labels/7", n=1, method="POST")
    assert carriers.wait_for(1)
    office.kill()
    assert (office.running, office.exit_code) == (False, -9)
    carriers.release()
    office.wait_for_tasks(within=FAR)
    assert kinds(sent) == ["broker", "worker"]  # of an app that is gone, what was known before
    url, [task] = office.url, office.tasks()
    office.again()
    assert (office.running, office.url) == (True, url)
    assert load(office, f"/results/{task.id}", n=1).answered == 1


def test_task_of_a_killed_worker_waits_until_another_has_it(office, carriers):
    carriers.hold()
    sent = load(office, "/labels/7", n=1, method="POST")
    assert carriers.wait_for(1)
    office.kill("worker")
    assert kinds(sent) == ["broker", "worker", "broker"]
    assert [task.over for task in office.tasks()] == [False]
    with pytest.raises(Fault, match=r"1 tasks are not over: `office.draw`"):
        office.wait_for_tasks(within=0)
    office.again("worker")
    carriers.release()
    load(office, "/labels/8", n=1, method="POST")
    until(lambda: office.tasks()[1].over, "the new worker has done the next one")
    assert [task.over for task in office.tasks()] == [False, True]  # the lost one is not taken up that soon


def test_broker_that_hears_nothing_is_waited_for(office, carriers):
    office.pause("broker")
    sent = load(office, "/labels/7", n=1, method="POST", timeout=0.2)
    assert sent.answered == 0
    office.go_on("broker")
    office.wait_for_tasks(within=FAR)
    assert load(office, "/labels/8", n=1, method="POST").answered == 1
    office.wait_for_tasks(within=FAR)
    assert carriers.asked("/drawn/8")


def test_all_of_it_ends_together(place, carriers):  # noqa: ARG001
    service = serve("office.py", carriers=carriers)
    pids = [service.pid, *(part.pid for part in service.parts.values())]
    family = [each for pid in pids for each in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))]
    assert len(family) >= 4
    assert "beside it: <code>broker</code>, <code>worker</code>" in service._repr_html_()
    service.stop()
    assert not any(process.is_running() for process in family)


def test_what_still_runs_is_not_started_again(office):
    for part in ("web", "broker", "worker"):
        with pytest.raises(Fault, match=f"`{part}` of `office` still runs"):
            office.again(part)


def test_part_that_it_has_not_is_told(office):
    with pytest.raises(Fault, match=r"no part of `office` `workers`.*`worker`"):
        office.kill("workers")


def test_nothing_is_left_when_a_worker_cannot_start(place, carriers):
    (place / "services.toml").write_text('[[workers]]\napp = "office.py:q"\n')
    before = family_of()
    with pytest.raises(Fault, match="`worker` did not start"):
        serve("office.py", carriers=carriers)
    started = [words for process, words in family_of().items() if process not in before]
    ours = ("unblocked.backends.working", "unblocked.server.process", "valkey-server")
    assert not [words for words in started if any(name in words for name in ours)]


def test_file_is_served_with_a_worker_where_it_is_asked_for(place, carriers):
    (place / "services.toml").unlink()
    with serve("office.py", carriers=carriers, worker="queue") as service:
        assert load(service, "/labels/7", n=1, method="POST").answered == 1
        service.wait_for_tasks(within=FAR)
        assert [(task.name, task.state) for task in service.tasks()] == [("office.draw", "SUCCESS")]
