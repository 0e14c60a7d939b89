"""The lab of lesson 03: its faults stay broken, and what stands beside them mends them."""

import re
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from labs.dependencies import clients
from tests.labs.serving import paths, printing, running_on_the_loop, served, wait_until_arrived
from tests.server.asking import answers, ask, get, post
from tests.waiting import FAR, until
from unblocked.outside import Outside

TOKENS, STAMPS = 40, 5


class Counting(Outside):
    """An outside world that knows through how many connections it was asked."""

    def __init__(self, **options):
        self.connections = set()
        super().__init__(**options)

    async def _answer(self, asked):
        self.connections.add(asked.client)
        return await super()._answer(asked)

    def forget(self):
        super().forget()
        self.connections.clear()


@pytest.fixture(scope="module")
def outside():
    with Counting(latency=0) as world:
        yield world


@pytest.fixture(scope="module")
def lab(outside):
    with served("dependencies", outside) as lab:
        yield lab


def logged(parcel):
    """Give Parcel's own lines of the log, without uvicorn's."""
    return re.findall(r"^(?:INFO|WARNING) \[(.*?)\] (.*)$", parcel.log, re.MULTILINE)


# Clients.


def ask_twice(parcel, carriers, path):
    """Ask for five quotes at once, and then for five more; give how many connections the carriers have seen."""
    for _ in range(2):
        carriers.hold("/carriers/*")
        quotes = [ask(f"{parcel.url}{path}/{n}") for n in range(5)]
        assert carriers.wait_for(5)
        carriers.release()
        assert answers(quotes) == [200] * 5
    return len(carriers.connections)


def test_client_for_each_request_opens_a_connection_for_each(lab, carriers):
    parcel = lab(LEDGER_LEASES="6")
    assert ask_twice(parcel, carriers, "/quotes/own") == 10
    seen = get(f"{parcel.url}/clients").json()
    assert seen == {"clients": {"lifespan": 1, "request": 10}, "connections": {"request": 10}}


def test_shared_client_opens_as_many_as_are_asked_at_once(lab, carriers):
    parcel = lab(LEDGER_LEASES="7")
    assert ask_twice(parcel, carriers, "/quotes/shared") == 5
    assert get(f"{parcel.url}/clients").json() == {"clients": {"lifespan": 1}, "connections": {"lifespan": 5}}


def test_class_keeps_one_client_once_it_has_one(lab):
    parcel = lab(LEDGER_LEASES="7")
    for n in range(3):
        assert get(f"{parcel.url}/quotes/class/{n}").ok
    assert get(f"{parcel.url}/clients").json()["clients"]["class"] == 1


def test_class_builds_a_client_for_each_thread_that_looks_before_the_first_is_done(monkeypatch):
    together, built = threading.Barrier(5), []
    monkeypatch.setattr(clients.KeptByTheClass, "_kept", None)

    def build(built_by):
        together.wait(FAR)  # nobody is done before all have begun
        built.append(built_by)
        return built_by

    monkeypatch.setattr(clients, "build_client", build)
    threads = [threading.Thread(target=clients.KeptByTheClass) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(FAR)
    assert built == ["class"] * 5


def test_turtle_is_asked_three_questions_at_a_time(parcel, carriers):
    carriers.hold("/carriers/*")
    quotes = [ask(f"{parcel.url}/quotes/turtle/{n}", name=f"turtle-{n}") for n in range(9)]
    assert carriers.wait_for(3)
    wait_until_arrived(parcel, "turtle-", 9)
    assert get(f"{parcel.url}/health").ok
    for _ in quotes[3:]:
        carriers.release(1)
        assert carriers.wait_for(3)
    carriers.release()
    assert answers(quotes) == [200] * 9
    assert carriers.peak == 3


# The tree.


def test_offer_in_turn_waits_for_one_office_at_a_time(parcel, carriers):
    carriers.hold()
    offer = ask(f"{parcel.url}/offers/in-turn/7")
    for path in ("/registry/accounts/7", "/credit/7", "/discount/7"):
        until(lambda path=path: paths(carriers)[-1:] == [path], f"{path} is asked")
        assert carriers.in_flight == 1
        carriers.release(1)
    assert offer.result(FAR).json() == {"account": 7, "credit": True, "discount": True}
    assert carriers.peak == 1


def test_offer_together_waits_for_both_offices_at_once(parcel, carriers):
    carriers.hold()
    offer = ask(f"{parcel.url}/offers/together/7")
    assert carriers.wait_for(1)
    carriers.release(1)
    assert carriers.wait_for(2)
    assert sorted(paths(carriers)) == ["/credit/7", "/discount/7", "/registry/accounts/7"]
    carriers.release()
    assert offer.result(FAR).json() == {"account": 7, "credit": True, "discount": True}


def test_account_is_loaded_once_for_each_request(parcel, carriers):
    for n in (1, 2):
        assert get(f"{parcel.url}/offers/in-turn/7").ok
        assert paths(carriers).count("/registry/accounts/7") == n


def test_steps_come_from_the_outside_in_and_from_left_to_right(parcel):
    assert get(f"{parcel.url}/steps").json() == [
        "router",
        "decorator",
        "account",
        "discount, needs account",
        "credit, needs account",
    ]


# Threads.


def test_async_dependency_that_blocks_makes_everybody_wait(parcel, carriers):
    carriers.hold("/printer/*")
    label = ask(f"{parcel.url}/labels/async/7")
    until(lambda: printing(carriers), "the label is being drawn")
    health = ask(f"{parcel.url}/health", name="async-dependency-health")
    assert running_on_the_loop(parcel).path == "/labels/async/7"
    assert not health.done()
    carriers.release()
    assert answers([label, health]) == [200, 200]
    assert parcel.recording("async-dependency-health").traces[0].start > carriers.calls[-1].left


def test_def_dependency_that_blocks_makes_nobody_wait(parcel, carriers):
    carriers.hold("/printer/*")
    label = ask(f"{parcel.url}/labels/def/7")
    until(lambda: printing(carriers), "the label is being drawn")
    assert get(f"{parcel.url}/health").ok
    carriers.release()
    assert label.result(FAR).json() == {"label": "label 7"}


def test_each_kind_of_dependency_says_its_thread(parcel):
    loop, worker = "MainThread", "AnyIO worker thread"
    assert get(f"{parcel.url}/where").json() == {
        "async def": loop,
        "def": worker,
        "class": worker,
        "async def with yield": loop,
        "def with yield": worker,
    }


def ask_for_papers(parcel, carriers, path, *, customers):
    """Let five customers have a stamp and a thread; then ask for more papers, until all have arrived."""
    carriers.hold("/printer/*")
    stamped = [ask(f"{parcel.url}{path}/{n}", name=f"{path}-{n}") for n in range(STAMPS)]
    assert carriers.wait_for(STAMPS)
    others = [ask(f"{parcel.url}{path}/{n}", name=f"{path}-{n}") for n in range(STAMPS, customers)]
    wait_until_arrived(parcel, f"{path}-", customers)
    return stamped + others


def in_threads(parcel, path):
    traces = parcel.recording(f"{path}-").traces
    return sum(s.label == "still running" and s.kind == "thread" for trace in traces for s in trace.stretches)


def test_those_who_wait_for_a_stamp_hold_the_threads_of_those_who_have_one(lab, carriers):
    path, parcel = "/papers/threads", lab(STAMP_PATIENCE="4")
    papers = ask_for_papers(parcel, carriers, path, customers=80)
    until(lambda: in_threads(parcel, path) == TOKENS, "every token is taken")
    carriers.release(STAMPS)  # and so five others get the stamps, give their tokens back, and need one again
    assert answers(papers[:STAMPS]) == [200] * STAMPS
    until(lambda: carriers.total > STAMPS, "one of the five has a thread")
    carriers.release()
    statuses = answers(papers)
    assert set(statuses) == {200, 503}
    assert statuses.count(503) >= TOKENS - STAMPS
    out_of_patience = [trace for trace in parcel.recording(f"{path}-").traces if trace.status == 503]
    first = min(stretch.end for trace in out_of_patience for stretch in trace.stretches if stretch.kind == "thread")
    assert sorted(call.arrived for call in carriers.calls)[STAMPS] > first


def test_those_who_are_admitted_five_at_a_time_hold_nobody_s_thread(lab, carriers):
    path, parcel = "/papers/in-turn", lab(STAMP_PATIENCE="4")
    papers = ask_for_papers(parcel, carriers, path, customers=80)
    assert in_threads(parcel, path) == STAMPS
    for n in range(STAMPS, 80, STAMPS):
        carriers.release(STAMPS)
        until(lambda n=n: carriers.total == n + STAMPS, "the next five have stamp and thread")
    carriers.release()
    assert answers(papers) == [200] * 80


@pytest.mark.parametrize(("path", "sixth"), [("/papers/threads", 200), ("/papers/bare", 503)])
def test_stamps_are_given_back_unless_the_yield_is_bare(path, sixth, lab):
    parcel = lab(fresh=True, STAMP_PATIENCE="0.1")  # what is not given back is missing until a restart
    assert [get(f"{parcel.url}{path}/seven").status_code for _ in range(STAMPS)] == [422] * STAMPS
    assert get(f"{parcel.url}{path}/7").status_code == sixth


# Orders.


def test_late_commit_comes_after_the_receipt(parcel, carriers):
    carriers.hold("/ledger/*")
    assert post(f"{parcel.url}/orders/late/7").json() == {"order": 7, "price": 14.88}
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/ledger").json()["holders"] == ["order 7"]
    carriers.release()
    until(lambda: get(f"{parcel.url}/ledger").json()["out"] == 0, "the lease is given back")
    assert paths(carriers)[-1] == "/ledger/commits?entry=order+7%3A+14.88"


def test_commit_in_time_comes_before_the_receipt(parcel, carriers):
    carriers.hold("/ledger/*")
    order = ask(f"{parcel.url}/orders/in-time/7", how=post)
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    assert not order.done()
    carriers.release()
    assert order.result(FAR).json() == {"order": 7, "price": 14.88}
    assert get(f"{parcel.url}/ledger").json()["out"] == 0


@pytest.mark.parametrize(("kind", "status"), [("late", 200), ("in-time", 503)])
def test_customer_learns_of_a_refused_commit_only_in_time(kind, status, parcel, carriers):
    carriers.fail("/ledger/*")
    before = get(f"{parcel.url}/ledger").json()["undone"]
    assert post(f"{parcel.url}/orders/{kind}/7").status_code == status
    until(lambda: get(f"{parcel.url}/ledger").json() == {"out": 0, "holders": [], "undone": before + 1}, "it is undone")
    if kind == "late":
        until(lambda: "LedgerError: the ledger answers 503" in parcel.log, "the error is in the log")


@pytest.mark.parametrize(("kind", "status"), [("late", 502), ("in-time", 502), ("swallowing", 500)])
def test_failing_carrier_leaves_no_lease_out_and_is_hidden_by_who_swallows(kind, status, parcel, carriers):
    carriers.fail("/carriers/*")
    assert post(f"{parcel.url}/orders/{kind}/7").status_code == status
    assert get(f"{parcel.url}/ledger").json()["out"] == 0
    assert not [path for path in paths(carriers) if path.startswith("/ledger/")]
    if kind == "swallowing":
        until(lambda: "FastAPIError: Response not awaited" in parcel.log, "the log says why")


def test_customer_learns_nothing_about_others(lab, carriers):
    parcel = lab(LEDGER_LEASES="1", LEDGER_PATIENCE="0.1")
    carriers.hold("/ledger/*")
    first = ask(f"{parcel.url}/orders/in-time/7", how=post)
    assert carriers.wait_for(1)
    second = post(f"{parcel.url}/orders/in-time/8")
    assert (second.status_code, second.json()) == (503, {"detail": "The ledger cannot take this now."})
    assert any("held by order 7" in words for _, words in logged(parcel))
    carriers.release()
    assert first.result(FAR).ok


# Trails.


def test_every_place_but_the_executor_knows_the_request(parcel):
    for kind in ("def", "async"):
        answer = get(f"{parcel.url}/trail/{kind}/7", headers={"x-request-id": f"trail-{kind}"})
        assert answer.headers["x-request-id"] == f"trail-{kind}"
    until(lambda: ("-", "run_in_executor") in logged(parcel), "the last line is written")
    lines = logged(parcel)
    assert [words for name, words in lines if name == "trail-def"] == [
        "a def dependency",
        "an async def dependency",
        "a def route, parcel 7",
    ]
    assert [words for name, words in lines if name == "trail-async"] == [
        "an async def route, parcel 7",
        "a task",
        "run_in_threadpool",
    ]


def test_handler_of_an_error_knows_the_request(parcel, carriers):
    carriers.fail("/carriers/*")
    asking = {"x-request-id": "a-failure"}
    assert get(f"{parcel.url}/quotes/shared/7", headers=asking).status_code == 502
    until(lambda: any(name == "a-failure" for name, _ in logged(parcel)), "the warning is written")


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "a\tINFO"])
def test_id_that_does_not_fit_is_replaced(sent, parcel):
    answer = get(f"{parcel.url}/health", headers={"x-request-id": sent})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize(("kind", "known"), [("def", "nobody"), ("async", "Ada")])
def test_customer_is_known_to_the_async_dependency_s_route(kind, known, parcel):
    answer = get(f"{parcel.url}/customer/{kind}", headers={"x-customer": "Ada"})
    assert answer.json() == known


BELOW = ["async def", "async def with yield", "route"]


@pytest.mark.parametrize(("kind", "above"), [("async", BELOW), ("def", BELOW[:2])])
@pytest.mark.parametrize("http_middleware", ["0", "1"])
def test_context_goes_down_and_comes_up_through_plain_asgi_only(http_middleware, kind, above, lab):
    answer = get(f"{lab(HTTP_MIDDLEWARE=http_middleware).url}/context/{kind}")
    assert answer.json() == BELOW
    assert answer.headers["x-seen-above"] == ("" if http_middleware == "1" else ", ".join(above))


@pytest.mark.parametrize(
    ("http_middleware", "noticed"),
    [("0", "the client has gone"), ("1", "a second later, the client seems to be there")],
)
def test_http_middleware_hides_that_the_client_has_gone(http_middleware, noticed, lab):
    parcel = lab(HTTP_MIDDLEWARE=http_middleware)
    place = urlsplit(parcel.url)
    with socket.create_connection((place.hostname, place.port)) as client:
        client.sendall(b"GET /watch HTTP/1.1\r\nHost: parcel\r\nx-unblocked-request: watching\r\n\r\n")
        wait_until_arrived(parcel, "watching")
    until(lambda: any("client" in words for _, words in logged(parcel)), "the route says what it noticed")
    assert [words for _, words in logged(parcel)] == [noticed]


@pytest.mark.parametrize("http_middleware", ["0", "1"])
def test_route_goes_on_when_its_client_has_gone(http_middleware, lab, carriers):
    parcel = lab(HTTP_MIDDLEWARE=http_middleware)
    place = urlsplit(parcel.url)
    carriers.hold("/carriers/*")
    with socket.create_connection((place.hostname, place.port)) as client:
        client.sendall(b"GET /quotes/shared/7 HTTP/1.1\r\nHost: parcel\r\n\r\n")
        assert carriers.wait_for(1)
    for _ in range(20):
        assert get(f"{parcel.url}/health").ok
    carriers.release()
    assert carriers.wait_until_idle()
    assert not carriers.calls[0].gone


# Doors.

TOKEN = {"authorization": "Bearer let-me-in"}


@pytest.mark.parametrize(
    ("account", "headers", "body", "status", "questions"),
    [
        (9, {}, {}, 401, 0),
        (9, {"authorization": "Bearer open-sesame"}, {}, 401, 0),
        (9, TOKEN, {}, 404, 1),
        (7, TOKEN, {}, 422, 1),
        (7, TOKEN, {"order": 3}, 201, 3),
    ],
)
def test_each_door_ends_the_request(account, headers, body, status, questions, parcel, carriers):
    carriers.fail("/registry/accounts/9", status=404)
    answer = post(f"{parcel.url}/accounts/{account}/orders", json=body, headers=headers)
    assert answer.status_code == status
    assert len(carriers.calls) == questions


def test_route_gets_the_account_that_the_door_has_loaded(parcel, carriers):
    assert get(f"{parcel.url}/accounts/7", headers=TOKEN).json() == {"number": 7}
    assert paths(carriers) == ["/registry/accounts/7"]


def test_ordering_has_a_lease_for_the_writing_only(parcel, carriers):
    carriers.hold("/carriers/*")
    url = f"{parcel.url}/accounts/7/orders"
    order = ask(url, how=post, json={"order": 3}, headers=TOKEN)
    until(lambda: "/carriers/swift/quote?parcel=3" in paths(carriers), "the carrier is asked")
    assert get(f"{parcel.url}/ledger").json()["out"] == 0
    carriers.release()
    assert order.result(FAR).status_code == 201
    assert paths(carriers)[-1].startswith("/ledger/commits")


# The lesson.


def test_code_that_the_lesson_shows_and_does_not_run_stands_in_the_lab():
    lesson = Path("lessons/03_dependencies.md").read_text()
    shown = re.findall(r"^```python static\n(.*?)\n```$", lesson, re.MULTILINE | re.DOTALL)
    lab = "".join(path.read_text() for path in Path("labs/dependencies").glob("*.py"))
    prose = re.findall(r"(?:stands for|is) `(Annotated\[[^`]*\])`", " ".join(lesson.split()))
    printed = re.findall(r'^print\("(\w+ = Annotated\[.*\])', lesson, re.MULTILINE)
    quoted = [*shown, *prose, *printed]
    assert (len(shown), len(prose), len(printed)) == (1, 4, 2)
    for code in quoted:
        assert code in lab
