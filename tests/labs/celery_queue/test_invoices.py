"""Invoices: whose letters are lost with the app, who has them meanwhile, and who waits for a broker that is gone."""

import json

import psutil

from tests.labs.serving import paths, running_on_the_loop
from tests.server.asking import answers, ask, get, post
from tests.waiting import FAR, until

LETTERS = [f"/mail/{to}/{{}}" for to in ("customer", "accounts", "archive")]


def test_background_letters_are_lost_with_the_app(parcel, carriers):
    carriers.hold("/mail/*")
    for n in (1, 2, 3):
        assert post(f"{parcel.url}/invoices/background/{n}").status_code == 202
    assert carriers.wait_for(3)
    parcel.kill()
    assert carriers.wait_until_idle()
    parcel.again()
    assert get(f"{parcel.url}/health").ok
    assert not [call for call in carriers.calls if call.answered]
    assert sorted(paths(carriers)) == [f"/mail/customer/{n}" for n in (1, 2, 3)]


def test_queued_letters_are_sent_although_the_app_is_gone(parcel, broker, carriers):
    carriers.hold("/mail/*")
    for n in (1, 2, 3):
        answer = post(f"{parcel.url}/invoices/queued/{n}")
        assert (answer.status_code, list(answer.json())) == (202, ["task"])
    assert carriers.wait_for(2)
    parcel.kill()
    assert broker.llen("celery") == 1  # the third is in the broker: two places, two tasks
    assert carriers.in_flight == 2
    carriers.mend()
    parcel.wait_for_tasks(within=FAR)
    assert sorted(paths(carriers)) == sorted(letter.format(n) for n in (1, 2, 3) for letter in LETTERS)
    assert all(call.answered for call in carriers.calls)
    for n in (1, 2, 3):  # one after the other
        assert [call.path for call in carriers.asked(f"*/{n}")] == [letter.format(n) for letter in LETTERS]


def test_worker_has_two_children(parcel):
    assert len(psutil.Process(parcel.parts["worker"].pid).children()) == 2


def test_message_waits_until_there_is_a_worker(parcel, broker, carriers):
    parcel.kill("worker")
    task = post(f"{parcel.url}/invoices/queued/7").json()["task"]
    [message] = [json.loads(each) for each in broker.lrange("celery", 0, -1)]
    told = {name: message["headers"][name] for name in ("task", "argsrepr", "retries", "eta", "expires")}
    assert told == {"task": "send_invoice", "argsrepr": "(7,)", "retries": 0, "eta": None, "expires": None}
    assert paths(carriers) == []
    parcel.again("worker")
    parcel.wait_for_tasks(within=FAR)
    assert paths(carriers) == [letter.format(7) for letter in LETTERS]
    assert get(f"{parcel.url}/tasks/{task}").json() == {"state": "SUCCESS", "result": {"invoice": 7}}


def test_delay_without_a_broker_keeps_everybody(parcel):
    parcel.kill("broker")
    invoice = ask(f"{parcel.url}/invoices/queued/7", how=post)
    until(lambda: keeps_the_loop(parcel), "it waits for the broker")
    scan = ask(f"{parcel.url}/scans/8", how=post)
    assert running_on_the_loop(parcel).path == "/invoices/queued/7"
    assert not scan.done()
    assert not invoice.done()
    parcel.kill()
    for one in (invoice, scan):
        assert one.exception(FAR)


def keeps_the_loop(parcel):
    return any(s.label == "still running" for trace in parcel.recording().traces for s in trace.stretches)


def test_guarded_invoice_is_put_off_when_the_broker_is_dead(parcel):
    parcel.kill("broker")
    answer = post(f"{parcel.url}/invoices/guarded/7")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == {"detail": "Parcel takes no work now."}
    assert post(f"{parcel.url}/mailings", json={"letters": 1}).status_code == 503


def test_guarded_invoice_keeps_nobody_when_the_broker_is_silent(parcel):
    parcel.pause("broker")
    try:
        invoice = ask(f"{parcel.url}/invoices/guarded/7", how=post)
        until(
            lambda: any(s.kind == "thread" for t in parcel.recording().traces[-1:] for s in t.stretches), "in a thread"
        )
        assert answers([ask(f"{parcel.url}/scans/{n}", how=post) for n in range(3)]) == [200] * 3
        assert invoice.result(FAR).status_code == 503
    finally:
        parcel.go_on("broker")
    until(lambda: post(f"{parcel.url}/invoices/guarded/8").status_code == 202, "it is taken again")
    parcel.wait_for_tasks(within=FAR)


def test_worker_goes_on_when_its_broker_is_back(parcel, carriers):
    parcel.kill("broker")
    until(lambda: "Trying again in" in parcel.log_of("worker"), "it tries again")
    parcel.again("broker")
    assert post(f"{parcel.url}/invoices/guarded/7").status_code == 202
    parcel.wait_for_tasks(within=FAR)
    assert len(carriers.asked("*/7")) == 3
