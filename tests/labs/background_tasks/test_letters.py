"""Letters that are sent after the answer: when, in which order, who waits for them, and who hears of a failure."""

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from tests.labs.serving import paths, running_on_the_loop, wait_until_arrived, wait_until_over
from tests.server.asking import answers, ask, get, post
from tests.waiting import FAR, until
from unblocked.records import REQUEST_HEADER

TOKENS = 40


def test_letter_is_sent_before_the_answer(parcel, carriers):
    carriers.hold("/mail/*")
    invoice = ask(f"{parcel.url}/invoices/inline/7", how=post)
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    assert not invoice.done()
    carriers.release()
    assert answers([invoice]) == [200]


@pytest.mark.parametrize("kind", ["background", "def"])
def test_letter_is_sent_after_the_answer(kind, parcel, carriers):
    carriers.hold("/mail/*")
    assert post(f"{parcel.url}/invoices/{kind}/7").json() == {"invoice": 7}
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    assert carriers.in_flight == 1


def test_three_letters_go_out_one_after_another(parcel, carriers):
    carriers.hold("/mail/*")
    assert post(f"{parcel.url}/invoices/three/7").ok
    for n in range(1, 4):
        until(lambda n=n: carriers.total == n, "the next letter is on its way")
        carriers.release(1)
    assert paths(carriers) == ["/mail/customer/7", "/mail/accounts/7", "/mail/archive/7"]
    assert carriers.peak == 1


def test_task_that_blocks_makes_everybody_wait(parcel, carriers):
    carriers.hold("/mail/*")
    assert post(f"{parcel.url}/invoices/blocking/7").ok
    assert carriers.wait_for(1)
    scan = ask(f"{parcel.url}/scans/8", how=post, name="blocked-scan")
    assert running_on_the_loop(parcel).path == "/invoices/blocking/7"
    assert not scan.done()
    carriers.release()
    assert answers([scan]) == [200]
    assert parcel.recording("blocked-scan").traces[0].start > carriers.calls[0].left


def test_def_tasks_take_the_routes_threads(parcel, carriers):
    carriers.hold("/mail/*")
    for n in range(TOKENS):
        assert post(f"{parcel.url}/invoices/def/{n}", name=f"def-{n}").ok
    assert carriers.wait_for(TOKENS)
    weight = ask(f"{parcel.url}/weights/7", how=post, name="weight")
    wait_until_arrived(parcel, "weight")
    assert post(f"{parcel.url}/scans/7").ok
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
    assert post(f"{parcel.url}/invoices/three/7", name="failing").status_code == 200
    wait_until_over(parcel, "failing")
    assert paths(carriers) == ["/mail/customer/7", "/mail/accounts/7"]
    until(lambda: "503 Service Unavailable" in parcel.log, "the log has it")


def test_refused_request_s_task_never_runs(parcel, carriers):
    assert post(f"{parcel.url}/invoices/refused/7", name="refused").status_code == 404
    wait_until_over(parcel, "refused")
    assert paths(carriers) == []


def test_response_s_own_task_replaces_the_injected_one(parcel, carriers):
    assert post(f"{parcel.url}/invoices/replaced/7", name="replaced").json() == {"invoice": 7}
    wait_until_over(parcel, "replaced")
    assert paths(carriers) == ["/mail/archive/7"]


def test_attempted_letters_go_out_whatever_fails(lab, carriers):
    parcel = lab(fresh=True)
    carriers.fail("/mail/accounts/*")
    assert post(f"{parcel.url}/invoices/attempted/7", name="attempted").ok
    wait_until_over(parcel, "attempted")
    assert paths(carriers) == ["/mail/customer/7", "/mail/accounts/7", "/mail/archive/7"]
    assert "a task failed" in parcel.log
    assert "503 Service Unavailable" in parcel.log
