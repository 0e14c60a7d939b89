"""Label files: taken, printed after the answer, followed meanwhile, and forgotten."""

import json

import pytest

from tests.labs.serving import paths, wait_until_over
from tests.server.asking import get, post
from tests.waiting import until
from unblocked import serve


def upload(parcel, text, path="/label-files", **options):
    return post(f"{parcel.url}{path}", files={"upload": ("labels.txt", text)}, **options)


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
    for path in ("/label-files", "/label-files/lent", "/label-files/dropped"):
        assert upload(parcel, "7\n" * 50_000, path).status_code == 413
    assert list(tmp_path.glob("parcel-*/*")) == []
    assert paths(carriers) == []


def test_notice_that_fails_leaves_the_job_done(parcel, carriers):
    carriers.fail("/mail/*")
    job = upload(parcel, "11\n", name="unnoticed").json()["id"]
    wait_until_over(parcel, "unnoticed")
    assert state(parcel, job) == ("done", 1, 1)


@pytest.mark.usefixtures("carriers")
def test_request_that_fails_leaves_no_job_under_way(lab, tmp_path):
    parcel = lab(MOST_JOBS=1, TMPDIR=tmp_path)
    [folder] = tmp_path.glob("parcel-*")
    folder.rmdir()
    assert upload(parcel, "11\n").status_code == 500
    folder.mkdir()
    assert upload(parcel, "12\n", name="next-job").status_code == 202
    wait_until_over(parcel, "next-job")


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
    with get(f"{parcel.url}/jobs/{job}/events", stream=True) as stream:
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
    with get(f"{parcel.url}/jobs/{job}/events", stream=True) as stream:
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
