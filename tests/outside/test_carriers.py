"""The outside world: it delays, holds, refuses, hangs, and counts."""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.server.asking import answers, ask, get
from tests.waiting import FAR, until
from unblocked.faults import Fault
from unblocked.outside import Outside, upstream
from unblocked.outside.listener import Listener

QUOTE = "/carriers/swift/quote?parcel=7"


@pytest.fixture
def carriers():
    with Outside(latency=0) as outside:
        yield outside


def test_quote_is_the_same_in_every_run(carriers):
    expected = {"carrier": "swift", "parcel": "7", "price": 14.88}
    assert [get(carriers.url + QUOTE).json() for _ in range(2)] == [expected, expected]
    assert get(f"{carriers.url}/carriers/turtle/quote").json() == {"carrier": "turtle", "parcel": "1", "price": 15.69}


def test_catching_up_waits_until_it_answers(monkeypatch):
    """It begins to answer in a thread of its own: whoever asks sooner shares the processor with that."""
    gate, begun = threading.Event(), Listener.on

    async def late(listening, answer):
        await asyncio.to_thread(gate.wait, FAR)
        return await begun(listening, answer)

    monkeypatch.setattr(Listener, "on", late)
    with Outside(latency=0) as carriers, ThreadPoolExecutor() as threads:
        caught_up = threads.submit(carriers.catch_up)
        with pytest.raises(TimeoutError):
            caught_up.result(0.1)
        gate.set()
        caught_up.result(FAR)
        assert get(carriers.url + QUOTE).ok


def test_anything_else_answers_its_own_path(carriers):
    assert get(f"{carriers.url}/stock/7").json() == {"path": "/stock/7", "ok": True}
    assert requests.post(f"{carriers.url}/orders", timeout=FAR).json() == {"path": "/orders", "ok": True}


def test_held_requests_wait_until_released(carriers):
    carriers.hold()
    asked = [ask(carriers.url + QUOTE) for _ in range(3)]
    assert carriers.wait_for(3)
    assert (carriers.in_flight, carriers.peak, carriers.total) == (3, 3, 3)
    assert not any(one.done() for one in asked)
    assert carriers.release() == 3
    assert answers(asked) == [200, 200, 200]
    assert carriers.wait_until_idle()
    assert (carriers.in_flight, carriers.peak, carriers.total) == (0, 3, 3)
    assert get(carriers.url + QUOTE).ok


def test_release_lets_the_longest_held_go_first(carriers):
    carriers.hold()
    asked = []
    for n in range(3):
        asked.append(ask(f"{carriers.url}/{n}"))
        assert carriers.wait_for(n + 1)
    assert carriers.release(1) == 1
    assert asked[0].result(FAR).json()["path"] == "/0"
    assert carriers.release(0) == 0
    assert not asked[1].done()
    assert carriers.release(9) == 2
    assert answers(asked) == [200, 200, 200]


def test_counted_release_keeps_holding(carriers):
    carriers.hold()
    first = ask(carriers.url)
    assert carriers.wait_for(1)
    carriers.release(1)
    assert first.result(FAR).ok
    second = ask(carriers.url)
    assert carriers.wait_for(1)
    assert (carriers.peak, carriers.release()) == (1, 1)
    assert second.result(FAR).ok


def test_only_matching_paths_are_held(carriers):
    carriers.hold("/carriers/turtle/*")
    turtle = ask(f"{carriers.url}/carriers/turtle/quote")
    assert carriers.wait_for(1)
    assert get(carriers.url + QUOTE).ok
    assert not turtle.done()
    carriers.release()
    assert turtle.result(FAR).ok


def test_later_word_on_a_path_counts(carriers):
    carriers.fail("/a*")
    carriers.fail("/ab", status=500)
    assert [get(carriers.url + path).status_code for path in ("/a", "/ab", "/b")] == [503, 500, 200]
    carriers.slow("/ab", latency=0)
    assert get(f"{carriers.url}/ab").ok


def test_failing_says_on_purpose(carriers):
    carriers.fail(status=502)
    answer = get(carriers.url + QUOTE)
    assert (answer.status_code, answer.json()) == (502, {"detail": "the carrier answers 502 on purpose"})


def test_price_can_be_any(carriers):
    carriers.charge("/carriers/swift/*", price=0)
    assert get(carriers.url + QUOTE).json()["price"] == 0
    carriers.mend()
    assert get(carriers.url + QUOTE).json()["price"] == Outside.price("swift", 7)


def test_answer_takes_its_latency(monkeypatch):
    asked_for = []

    async def sleep(seconds):
        asked_for.append(seconds)

    with Outside(latency=50) as carriers:
        monkeypatch.setattr("unblocked.outside.carriers.asyncio.sleep", sleep)
        carriers.slow("/slow", latency=200)
        carriers.fail("/late", after=100)
        statuses = [get(carriers.url + path).status_code for path in ("/", "/slow", "/late")]
        monkeypatch.undo()
    assert (carriers.latency, asked_for, statuses) == (50, [50, 200, 100], [200, 200, 503])


@pytest.mark.parametrize("path", ["/warehouse/plans/7", "/ledger/commits"])
def test_who_only_takes_notice_answers_at_once_unless_held(path, monkeypatch):
    asked_for = []

    async def sleep(seconds):
        asked_for.append(seconds)

    with Outside(latency=50) as carriers:
        monkeypatch.setattr("unblocked.outside.carriers.asyncio.sleep", sleep)
        assert get(carriers.url + path).ok
        carriers.hold(path)
        held = ask(carriers.url + path)
        assert carriers.wait_for(1)
        monkeypatch.undo()
        carriers.release()
        assert answers([held]) == [200]
    assert not any(asked_for)


def test_hanging_ends_when_the_client_goes_away(carriers):
    carriers.hang()
    with socket.create_connection(carriers.url.removeprefix("http://").split(":")) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert carriers.wait_for(1)
        assert carriers.release() == 0
        assert carriers.in_flight == 1
    assert carriers.wait_until_idle()
    assert (carriers.calls[0].gone, carriers.calls[0].left is None) == (True, False)


def test_dropped_connections_break_without_an_answer(carriers):
    carriers.hold()
    with ThreadPoolExecutor(2) as pool:
        swift, owl = (pool.submit(requests.get, f"{carriers.url}/{name}", timeout=30) for name in ("swift", "owl"))
        assert carriers.wait_for(2)
        assert carriers.drop("/swift") == 1
        with pytest.raises(requests.ConnectionError):
            swift.result()
        assert carriers.in_flight == 1
        carriers.release()
        assert owl.result().ok


def paths(calls):
    return [call.path for call in calls]


def test_asked_are_those_of_a_pattern_as_they_came(carriers):
    for path in ("/carriers/owl/quote?parcel=2", QUOTE, "/carriers/owl/quote?parcel=1", "/mail?to=/carriers/owl/"):
        assert get(carriers.url + path).ok
    assert paths(carriers.asked("/carriers/owl/*")) == ["/carriers/owl/quote?parcel=2", "/carriers/owl/quote?parcel=1"]
    assert paths(carriers.asked("/carriers/swift/quote")) == [QUOTE]
    assert carriers.asked("/carriers") == carriers.asked("*parcel=1") == []
    assert paths(carriers.asked()) == paths(carriers.calls)


def test_asked_begins_anew_and_is_a_copy(carriers):
    assert get(carriers.url + QUOTE).ok
    before = carriers.asked()
    carriers.forget()
    assert (paths(before), carriers.asked()) == ([QUOTE], [])
    before.clear()
    assert get(f"{carriers.url}/later").ok
    assert paths(carriers.asked()) == ["/later"]


def test_waiting_are_those_without_an_answer(carriers):
    carriers.hold("/carriers/*")
    carriers.hang("/mail/*")
    assert get(f"{carriers.url}/stock/7").ok
    with ThreadPoolExecutor(1) as pool:
        mail = pool.submit(requests.get, f"{carriers.url}/mail/7", timeout=FAR)
        assert carriers.wait_for(1)
        swift = ask(carriers.url + QUOTE)
        assert carriers.wait_for(2)
        assert paths(carriers.waiting()) == ["/mail/7", QUOTE]
        assert paths(carriers.waiting("/carriers/*")) == [QUOTE]
        assert carriers.drop("/mail/*") == 1
        with pytest.raises(requests.ConnectionError):
            mail.result(FAR)
    assert paths(carriers.waiting()) == [QUOTE]
    carriers.release()
    assert swift.result(FAR).ok
    assert carriers.wait_until_idle()
    assert carriers.waiting() == []
    assert paths(carriers.asked()) == ["/stock/7", "/mail/7", QUOTE]
    assert [call.answered for call in carriers.asked()] == [True, False, True]


def test_call_is_answered_with_an_error_too(carriers):
    carriers.hold("/held")
    carriers.fail("/failing")
    one = ask(f"{carriers.url}/held")
    assert carriers.wait_for(1)
    assert get(f"{carriers.url}/failing").status_code == 503
    assert [call.answered for call in carriers.asked()] == [False, True]
    carriers.release()
    assert one.result(FAR).ok
    assert [call.answered for call in carriers.asked()] == [True, True]


def test_call_takes_its_path_apart(carriers):
    assert get(f"{carriers.url}/ledger/commits?entry=order+7&entry=it+costs+%E2%82%AC+5?&state=").ok
    assert get(f"{carriers.url}/mail").ok
    commit, mail = carriers.asked()
    assert (commit.place, commit.query) == ("/ledger/commits", {"entry": ["order 7", "it costs € 5?"]})
    assert (mail.place, mail.query) == ("/mail", {})


def test_call_has_its_body_while_it_is_held(carriers):
    carriers.hold("/printer/sheets/7")
    with ThreadPoolExecutor(1) as pool:
        posted = pool.submit(requests.post, f"{carriers.url}/printer/sheets/7", json=["label 2", "label 1"])
        until(lambda: carriers.total and carriers.asked()[0].body, "a body")
        assert carriers.asked()[0].json == ["label 2", "label 1"]
        carriers.release()
        assert posted.result(FAR).ok
    assert requests.post(f"{carriers.url}/mail", data=b"no json").ok
    assert get(f"{carriers.url}/mail").ok
    assert [(call.body, call.json) for call in carriers.asked("/mail")] == [(b"no json", None), (b"", None)]


def test_call_tells_when_it_came_and_left(carriers):
    carriers.hold()
    one = ask(carriers.url + QUOTE)
    assert carriers.wait_for(1)
    assert (carriers.calls[0].path, carriers.calls[0].left) == (QUOTE, None)
    carriers.release()
    assert one.result(FAR).ok
    call = carriers.calls[0]
    assert call.arrived < call.left
    assert not call.gone


def test_mending_forgets_and_releases(carriers):
    carriers.fail("/fail")
    carriers.hold("/hold")
    one = ask(f"{carriers.url}/hold")
    assert carriers.wait_for(1)
    carriers.mend(latency=0.001)
    assert one.result(FAR).ok
    assert get(f"{carriers.url}/fail").ok
    assert carriers.latency == 0.001


def test_forgetting_counts_anew_but_keeps_who_waits(carriers):
    get(carriers.url)
    carriers.hold()
    one = ask(f"{carriers.url}/held")
    assert carriers.wait_for(1)
    carriers.forget()
    assert ([call.path for call in carriers.calls], carriers.peak, carriers.total) == (["/held"], 1, 1)
    carriers.release()
    assert one.result(FAR).ok


def test_waiting_in_vain_says_false(carriers):
    assert not carriers.wait_for(1, timeout=0.001)
    carriers.hold()
    one = ask(carriers.url)
    assert carriers.wait_for(1)
    assert not carriers.wait_until_idle(timeout=0.001)
    carriers.release()
    assert one.result(FAR).ok


@pytest.mark.parametrize("latency", [0, 0.5, 600])
def test_possible_latency_is_taken(latency, carriers):
    carriers.slow("/never asked", latency=latency)


@pytest.mark.parametrize("latency", [-1, float("nan"), float("inf"), -float("inf"), 601, 10**400])
def test_impossible_latency_is_named(latency):
    with pytest.raises(Fault, match=f"^A latency of {latency} s is not possible: choose 0 to 600 seconds.$"):
        Outside(latency=latency)


@pytest.mark.parametrize("latency", ["x", True, None, [1]])
def test_latency_that_is_no_number_is_named(latency, carriers):
    with pytest.raises(Fault, match=r"^A latency is a number of seconds, not "):
        carriers.slow(latency=latency)
    assert get(carriers.url).ok


@pytest.mark.parametrize("status", [0, 199, 600, True, "x", 404.0, None])
def test_impossible_status_is_named(status, carriers):
    with pytest.raises(Fault, match=f"^`{status}` is no status that a server answers with: choose 200 to 599.$"):
        carriers.fail(status=status)


@pytest.mark.parametrize("n", [-1, True, "x", 1.5])
def test_impossible_number_to_release_is_named(n, carriers):
    with pytest.raises(Fault, match=f"^`{n}` is no number of requests to release: choose 0 or more"):
        carriers.release(n)


def test_closing_frees_port_and_thread():
    before = threading.active_count()
    carriers = Outside(latency=0)
    port = int(carriers.url.rpartition(":")[2])
    carriers.hold()
    one = ask(carriers.url)
    assert carriers.wait_for(1)
    carriers.close()
    carriers.close()
    until(one.done, "the held request was let go")
    until(lambda: threading.active_count() == before, "its thread has ended")
    socket.create_server(("127.0.0.1", port)).close()
    assert not carriers.open


def test_listens_on_a_given_socket():
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    with Outside(latency=0, listening=listening) as carriers:
        assert carriers.url == f"http://127.0.0.1:{port}"
        assert get(carriers.url).ok


def test_two_threads_may_tell_it_what_to_do(carriers):
    """One holds and releases, the other mends, while requests come: in the end none is forgotten."""
    turns = 100

    def hold_and_release():
        for _ in range(turns):
            carriers.hold()
            carriers.release()

    def mend():
        for _ in range(turns):
            carriers.mend()

    threads = [threading.Thread(target=work) for work in (hold_and_release, mend)]
    for thread in threads:
        thread.start()
    asked = [ask(carriers.url) for _ in range(50)]
    for thread in threads:
        thread.join()
    assert answers(asked) == [200] * 50
    assert carriers.wait_until_idle()
    assert carriers.total == 50


def test_state_is_shown_in_words(carriers):
    get(carriers.url)
    assert carriers.wait_until_idle()
    assert repr(carriers) == f"<outside world at {carriers.url}: 0 in flight, 1 at most, 1 in all>"


def test_upstream_is_one_for_all():
    assert upstream(latency=0) is upstream()
    assert upstream().latency == 0


def test_upstream_is_made_anew_after_its_end():
    with upstream() as first:
        pass
    assert upstream() is not first
    assert upstream(latency=0).open
    assert get(upstream().url).ok
