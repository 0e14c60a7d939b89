"""The lab of lesson 04: what goes on after an answer, what is lost there, and what stands beside it and keeps it."""

import asyncio
import http.client
import json
import os
import signal
import threading
from concurrent.futures import Future
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from labs.background_tasks.jobs import Full, Jobs
from labs.background_tasks.promises import Promises
from tests.labs.test_labs import running_on_the_loop
from tests.server.asking import answers, get
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.outside import Outside
from unblocked.records import REQUEST_HEADER

TOKENS = 40
FAR_LEASES = {"LEASE_TIMEOUT": FAR}


@pytest.fixture(scope="module")
def outside():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture
def carriers(outside):
    outside.mend()
    assert outside.wait_until_idle()
    outside.forget()
    yield outside
    outside.mend()


@pytest.fixture(scope="module")
def lab(outside):
    """Serve the lab with these settings; the same settings, the same service, unless it is to be `fresh`."""
    served = {}

    def get_lab(*, fresh=False, **env):
        if fresh or served.get("env") != env or not served["parcel"].running:
            served.update(env=env, parcel=serve("background_tasks", carriers=outside, env=env))
        return served["parcel"]

    yield get_lab
    served["parcel"].stop()


@pytest.fixture
def parcel(lab):
    return lab()


def post(parcel, path, *, name=None, **content):
    headers = {REQUEST_HEADER: name} if name else {}
    return requests.post(f"{parcel.url}{path}", headers=headers, timeout=FAR, **content)


def start(parcel, path, *, name=None):
    """Post from a thread of its own."""
    answer = Future()
    threading.Thread(target=lambda: answer.set_result(post(parcel, path, name=name)), daemon=True).start()
    return answer


def wait_until_over(parcel, prefix):
    """Wait until nothing is left to do for the requests whose names begin so, background tasks included."""
    until(lambda: all(trace.end for trace in parcel.recording(prefix).traces), f"{prefix} is over")


def paths(carriers):
    return [call.path for call in carriers.calls]


def leases(parcel):
    return get(f"{parcel.url}/leases").json()


# After the answer.


def test_letter_is_sent_before_the_answer(parcel, carriers):
    carriers.hold("/mail/*")
    invoice = start(parcel, "/invoices/inline/7")
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    assert not invoice.done()
    carriers.release()
    assert answers([invoice]) == [200]


@pytest.mark.parametrize("kind", ["background", "def"])
def test_letter_is_sent_after_the_answer(kind, parcel, carriers):
    carriers.hold("/mail/*")
    assert post(parcel, f"/invoices/{kind}/7").json() == {"invoice": 7}
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    assert carriers.in_flight == 1


def test_three_letters_go_out_one_after_another(parcel, carriers):
    carriers.hold("/mail/*")
    assert post(parcel, "/invoices/three/7").ok
    for n in range(1, 4):
        until(lambda n=n: carriers.total == n, "the next letter is on its way")
        carriers.release(1)
    assert paths(carriers) == ["/mail/customer/7", "/mail/accounts/7", "/mail/archive/7"]
    assert carriers.peak == 1


def test_task_that_blocks_makes_everybody_wait(parcel, carriers):
    carriers.hold("/mail/*")
    assert post(parcel, "/invoices/blocking/7").ok
    assert carriers.wait_for(1)
    scan = start(parcel, "/scans/8", name="blocked-scan")
    assert running_on_the_loop(parcel).path == "/invoices/blocking/7"
    assert not scan.done()
    carriers.release()
    assert answers([scan]) == [200]
    assert parcel.recording("blocked-scan").traces[0].start > carriers.calls[0].left


def test_def_tasks_take_the_routes_threads(parcel, carriers):
    carriers.hold("/mail/*")
    for n in range(TOKENS):
        assert post(parcel, f"/invoices/def/{n}", name=f"def-{n}").ok
    assert carriers.wait_for(TOKENS)
    weight = start(parcel, "/weights/7", name="weight")
    until(lambda: parcel.recording("weight").traces, "it has arrived")
    assert post(parcel, "/scans/7").ok
    assert not weight.done()
    carriers.release(1)
    assert answers([weight]) == [200]


def test_client_that_leaves_before_the_answer_stops_no_task(parcel, carriers):
    carriers.hold("/ledger/*")
    with closing(http.client.HTTPConnection(urlsplit(parcel.url).netloc, timeout=FAR)) as leaving:
        leaving.request("POST", "/payments/own/7", headers={REQUEST_HEADER: "leaving"})
        assert carriers.wait_for(1)
    carriers.release()
    wait_until_over(parcel, "leaving")
    assert "/mail/customer/7" in paths(carriers)


# Failures.


def test_failure_ends_the_later_tasks_and_nobody_hears(lab, carriers):
    parcel = lab(fresh=True)
    carriers.fail("/mail/accounts/*")
    assert post(parcel, "/invoices/three/7", name="failing").status_code == 200
    wait_until_over(parcel, "failing")
    assert paths(carriers) == ["/mail/customer/7", "/mail/accounts/7"]
    until(lambda: "503 Service Unavailable" in parcel.log, "the log has it")


def test_refused_request_s_task_never_runs(parcel, carriers):
    assert post(parcel, "/invoices/refused/7", name="refused").status_code == 404
    wait_until_over(parcel, "refused")
    assert paths(carriers) == []


def test_response_s_own_task_replaces_the_injected_one(parcel, carriers):
    assert post(parcel, "/invoices/replaced/7", name="replaced").json() == {"invoice": 7}
    wait_until_over(parcel, "replaced")
    assert paths(carriers) == ["/mail/archive/7"]


def test_attempted_letters_go_out_whatever_fails(lab, carriers):
    parcel = lab(fresh=True)
    carriers.fail("/mail/accounts/*")
    assert post(parcel, "/invoices/attempted/7", name="attempted").ok
    wait_until_over(parcel, "attempted")
    assert paths(carriers) == ["/mail/customer/7", "/mail/accounts/7", "/mail/archive/7"]
    assert "a task failed" in parcel.log
    assert "503 Service Unavailable" in parcel.log


# Leases.


def test_lent_lease_is_held_until_the_task_is_over(lab, carriers):
    parcel = lab(**FAR_LEASES)
    carriers.hold("/mail/*")
    for n in range(2):
        assert post(parcel, f"/payments/lent/{n}", name=f"lent-{n}").ok
    assert leases(parcel)["holders"] == ["payment 0", "payment 1"]
    third = start(parcel, "/payments/lent/2", name="lent-2")
    until(lambda: parcel.recording("lent-2").traces, "it has arrived")
    assert get(f"{parcel.url}/health").ok
    assert not third.done()
    carriers.release(1)
    assert answers([third]) == [200]
    carriers.release()
    wait_until_over(parcel, "lent-")
    assert leases(parcel)["out"] == 0


def test_lease_used_after_the_answer_is_never_back(lab, carriers):
    parcel = lab(LEASES=1, LEASE_TIMEOUT=0.05)
    carriers.hold("/mail/*")
    assert post(parcel, "/payments/leaked/7", name="leaked").ok
    assert carriers.wait_for(1)
    assert leases(parcel)["out"] == 0
    carriers.release()
    wait_until_over(parcel, "leaked")
    assert leases(parcel)["holders"] == ["payment 7"]
    refused = post(parcel, "/payments/leaked/8")
    assert refused.status_code == 503
    assert refused.json() == {"detail": "no lease in 0.05 s: 1 of 1 are out, held by payment 7"}


def test_task_with_a_lease_of_its_own_holds_none_while_it_works(lab, carriers):
    parcel = lab(LEASES=1, **FAR_LEASES)
    carriers.hold("/mail/*")
    for n in range(6):
        assert post(parcel, f"/payments/own/{n}", name=f"own-{n}").ok
    assert carriers.wait_for(6)
    assert leases(parcel)["out"] == 0
    carriers.release()
    wait_until_over(parcel, "own-")
    assert leases(parcel) == {"out": 0, "peak": 1, "holders": []}
    entries = [entry for path in paths(carriers) for entry in parse_qs(urlsplit(path).query).get("entry", [])]
    assert sorted(entries) == sorted([f"{what} {n}: {how}" for n in range(6) for what, how in WRITTEN])


WRITTEN = [("payment", "taken"), ("receipt", "sent")]


# Label files.


def upload(parcel, text, path="/label-files", **options):
    return post(parcel, path, files={"upload": ("labels.txt", text)}, **options)


def progress(parcel, job):
    return get(f"{parcel.url}/jobs/{job}").json()


def state(parcel, job):
    found = progress(parcel, job)
    return found["state"], found["done"], found["total"]


def wait_for_state(parcel, job, *wanted):
    until(lambda: state(parcel, job) == wanted, f"the job is {wanted}")


def test_job_tells_how_far_it_is_and_its_customer_is_notified(parcel, carriers):
    carriers.hold("/printer/*")
    taken = upload(parcel, "11\n12\n13\n")
    assert taken.status_code == 202
    job = taken.json()["id"]
    assert taken.json() == {"id": job, "state": "waiting", "done": 0, "total": 0}
    for done in range(3):
        wait_for_state(parcel, job, "working", done, 3)
        assert carriers.wait_for(1)
        carriers.release(1)
    wait_for_state(parcel, job, "done", 3, 3)
    labels = [f"/printer/labels/{parcel}" for parcel in (11, 12, 13)]
    until(lambda: paths(carriers) == [*labels, "/mail/notices/done"], "the customer is told")


def test_job_that_fails_is_told_as_well(lab, carriers, tmp_path):
    parcel = lab(TMPDIR=tmp_path)
    job = upload(parcel, "11\ntwelve\n", name="failing-job").json()["id"]
    wait_for_state(parcel, job, "failed", 1, 2)
    wait_until_over(parcel, "failing-job")
    assert paths(carriers) == ["/printer/labels/11", "/mail/notices/failed"]
    assert list(tmp_path.glob("parcel-*/*")) == []


def test_file_that_is_too_large_begins_no_job(lab, carriers, tmp_path):
    parcel = lab(TMPDIR=tmp_path)
    assert upload(parcel, "7\n" * 50_000).status_code == 413
    assert list(tmp_path.glob("parcel-*/*")) == []
    assert paths(carriers) == []


def test_file_is_kept_only_while_it_is_worked_on(lab, carriers, tmp_path):
    parcel = lab(TMPDIR=tmp_path)
    carriers.hold("/printer/*")
    job = upload(parcel, "11\n", name="kept").json()["id"]
    assert carriers.wait_for(1)
    [kept] = tmp_path.glob("parcel-*/*")
    assert (kept.name, kept.read_text()) == (job, "11\n")
    carriers.release()
    wait_until_over(parcel, "kept")
    assert not kept.exists()


@pytest.mark.parametrize("path", ["/jobs/strange", "/jobs/strange/events"])
def test_strange_job_is_not_found(path, parcel):
    assert get(f"{parcel.url}{path}").status_code == 404


def test_events_come_with_every_change(parcel, carriers):
    carriers.hold("/printer/*")
    job = upload(parcel, "11\n12\n").json()["id"]
    assert carriers.wait_for(1)
    with requests.get(f"{parcel.url}/jobs/{job}/events", stream=True, timeout=FAR) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        seen = events(stream)
        assert next(seen)["done"] == 0
        carriers.release(1)
        assert next(seen)["done"] == 1
        carriers.release()
        assert [each["state"] for each in seen][-1] == "done"


def events(stream):
    for line in stream.iter_lines():
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def test_job_goes_on_when_nobody_follows_it_any_more(parcel, carriers):
    carriers.hold("/printer/*")
    job = upload(parcel, "11\n").json()["id"]
    assert carriers.wait_for(1)
    with requests.get(f"{parcel.url}/jobs/{job}/events", stream=True, timeout=FAR) as stream:
        assert next(events(stream))["state"] == "working"
    carriers.release()
    wait_for_state(parcel, job, "done", 1, 1)


def test_another_worker_does_not_know_the_job(parcel, carriers, outside):
    job = upload(parcel, "11\n").json()["id"]
    wait_for_state(parcel, job, "done", 1, 1)
    with serve("labs.background_tasks.second_worker", carriers=outside) as second:
        assert get(f"{second.url}/jobs/{job}").status_code == 404
    until(lambda: "/mail/notices/done" in paths(carriers), "the customer is told")


def test_one_job_too_many_is_put_off(lab, carriers):
    parcel = lab(MOST_JOBS=1)
    carriers.hold("/printer/*")
    first = upload(parcel, "11\n").json()["id"]
    assert upload(parcel, "12\n").status_code == 503
    assert carriers.wait_for(1)
    carriers.release()
    wait_for_state(parcel, first, "done", 1, 1)
    assert upload(parcel, "13\n").status_code == 202
    assert get(f"{parcel.url}/jobs/{first}").status_code == 404


@pytest.mark.parametrize(("path", "end"), [("/label-files/lent", "done"), ("/label-files/dropped", "failed")])
def test_who_finds_the_upload_open_after_the_answer(path, end, parcel, carriers):
    carriers.hold("/mail/*")
    job = upload(parcel, "11\n", path, name=f"open{path}").json()["id"]
    assert carriers.wait_for(1)
    if end == "failed":
        wait_until_over(parcel, f"open{path}")
    carriers.release()
    until(lambda: progress(parcel, job)["state"] == end, f"the job is {end}")


# The registry.


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def names(jobs, *asked):
    return [jobs.get(job.progress.id) is not None for job in asked]


def test_job_that_is_over_is_forgotten_after_a_while():
    clock = Clock()
    jobs = Jobs(most=10, keep=600, clock=clock)
    over, under_way = jobs.begin(), jobs.begin()
    jobs.end(over, "done")
    clock.now = 599
    assert names(jobs, over, under_way) == [True, True]
    clock.now = 600
    assert names(jobs, over, under_way) == [False, True]
    assert len(jobs) == 1


def test_full_registry_forgets_what_was_over_first():
    clock = Clock()
    jobs = Jobs(most=2, keep=600, clock=clock)
    first, second = jobs.begin(), jobs.begin()
    with pytest.raises(Full):
        jobs.begin()
    clock.now = 1
    jobs.end(second, "done")
    clock.now = 2
    jobs.end(first, "failed")
    third = jobs.begin()
    assert names(jobs, first, second, third) == [True, False, True]


def test_follower_misses_no_end():
    async def followed():
        jobs = Jobs(most=1, keep=600)
        job = jobs.begin()
        seen = []
        async for progress in job.follow():
            seen.append((progress.state, progress.done))
            if len(seen) == 1:
                job.tell(state="working", total=2)
                job.tell(done=1)
                jobs.end(job, "done")
        return seen

    assert asyncio.run(followed()) == [("waiting", 0), ("done", 1)]


# Shutdown.


def end(parcel):
    """Ask it to end, as a deployment does, without the limit that `stop` has."""
    os.kill(parcel.pid, signal.SIGTERM)


def test_shutdown_waits_for_no_dropped_task(lab, carriers):
    parcel = lab(fresh=True)
    carriers.hold("/mail/*")
    assert post(parcel, "/invoices/dropped/7").ok
    assert carriers.wait_for(1)
    end(parcel)
    until(lambda: not parcel.running, "it has ended")
    assert carriers.wait_until_idle()
    assert carriers.calls[0].gone


def test_shutdown_waits_for_what_was_promised(lab, carriers):
    parcel = lab(fresh=True, GRACE=FAR)
    carriers.hold("/mail/*")
    assert post(parcel, "/invoices/promised/7").ok
    assert carriers.wait_for(1)
    end(parcel)
    until(lambda: "Waiting for application shutdown" in parcel.log, "it is about to end")
    assert parcel.running
    carriers.release()
    until(lambda: not parcel.running, "it has ended")
    assert not carriers.calls[0].gone


def test_shutdown_gives_up_what_takes_too_long(lab, carriers):
    parcel = lab(fresh=True, GRACE=0)
    carriers.hold("/mail/*")
    assert post(parcel, "/invoices/promised/7").ok
    assert carriers.wait_for(1)
    end(parcel)
    until(lambda: not parcel.running, "it has ended")
    assert carriers.wait_until_idle()
    assert carriers.calls[0].gone


def test_promise_that_is_kept_is_not_waited_for():
    async def promise():
        promises, ended = Promises(), []

        async def work():
            ended.append(True)

        promises.make(work())
        await promises.keep(within=FAR)
        await promises.keep(within=FAR)
        return ended

    assert asyncio.run(promise()) == [True]


def test_late_promise_is_cancelled_in_order():
    async def promise():
        promises, seen = Promises(), []

        async def work():
            try:
                await asyncio.Event().wait()
            finally:
                seen.append("cleaned up")

        promises.make(work())
        await promises.keep(within=0.01)
        return seen

    assert asyncio.run(promise()) == ["cleaned up"]
