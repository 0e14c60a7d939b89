"""Sending for real: to a server of the test, over real sockets."""

from collections.abc import Callable

import pytest

from tests.traffic.office import Office
from tests.waiting import until
from unblocked.faults import Fault
from unblocked.records import REQUEST_HEADER, Recording, Trace
from unblocked.traffic import Result, load, on_result


class Lab:
    """A served lab as `load` sees it."""

    def __init__(self, office: Office, give: Callable[[str], Recording | None]) -> None:
        self.url = office.url
        self.recording = give


def test_every_request_is_kept(office):
    result = load(office.url, "/quotes/{n}", n=5)
    assert [(r.method, r.path, r.status, r.cause) for r in result.requests] == [
        ("GET", f"/quotes/{n}", 200, "") for n in range(1, 6)
    ]
    assert all(r.due <= r.sent < r.done for r in result.requests)
    assert (result.answered, result.failed, result.offered) == (5, 0, None)


def test_burst_is_in_flight_all_at_once(office, in_background):
    coming = in_background(office.url, "/held", n=150)  # more than a client's usual limit of connections
    until(lambda: office.held == 150, "all are held although none was answered")
    assert office.answered == 0
    office.release()
    assert coming.result().answered == 150


def test_arrivals_do_not_wait_for_answers(office, in_background):
    coming = in_background(office.url, "/held", rate=200, n=30)
    until(lambda: office.held == 30, "all are held although none was answered")
    assert office.answered == 0
    office.release()
    dues = [request.due - coming.result().requests[0].due for request in coming.result().requests]
    assert dues == pytest.approx([n / 200 for n in range(30)])


def test_held_requests_leave_others_alone(office):
    result = load(office.url, ["/held", "/free"], n=6, timeout=0.2)
    assert result.causes == {"timeout": 3}
    assert [r.ok for r in result.requests] == [False, True] * 3


def test_timeout_counts_with_its_time(office):
    result = load(office.url, "/held", n=2, timeout=0.05)
    assert result.causes == {"timeout": 2}
    assert all(request.seconds >= 0.05 for request in result.requests)
    until(lambda: all(seen.gone for seen in office.seen), "the connections are given up")


@pytest.mark.parametrize(
    ("path", "cause", "status"),
    [
        ("/status/500", "status 500", 500),
        ("/status/404", "status 404", 404),
        ("/hangup", "disconnected", None),
        ("/reset", "reset", None),
        ("/cut", "cut short", 200),
        ("/garbage", "not HTTP", None),
    ],
)
def test_cause_is_in_plain_words(office, path, cause, status):
    result = load(office.url, path, n=2)
    assert result.causes == {cause: 2}
    assert [request.status for request in result.requests] == [status, status]
    assert len(office.seen) == 2, "nothing is sent twice"


def test_nothing_listening_is_data(closed_port):
    result = load(f"http://127.0.0.1:{closed_port}", n=3)
    assert result.causes == {"refused": 3}
    assert f"Refused: nothing listens at `http://127.0.0.1:{closed_port}`." in str(result)


def test_name_with_two_addresses_is_refused(closed_port):
    assert load(f"http://localhost:{closed_port}", n=1).causes == {"refused": 1}


def test_broken_connection_is_not_repeated(office):
    load(office.url, ["/fine", "/hangup"], rate=100, n=8)
    assert len(office.seen) == 8


def test_redirects_are_not_followed(office):
    result = load(office.url, "/redirect", n=2)
    assert [request.status for request in result.requests] == [302, 302]
    assert {seen.path for seen in office.seen} == {"/redirect"}


def test_cookies_are_not_kept(office):
    by_name = office.url.replace("127.0.0.1", "localhost")  # clients keep no cookies of bare addresses anyway
    assert load(by_name, "/cookie", rate=50, n=4).answered == 4
    assert not any("cookie" in seen.headers for seen in office.seen)


def test_connections_are_kept_alive(office):
    load(office.url, "/fine", rate=20, n=5)
    assert office.connections < 5


def test_proxies_of_the_environment_are_ignored(office, closed_port, monkeypatch):
    from unblocked.traffic import courier

    courier._discard()  # a sender has the environment in which it was started
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    assert load(office.url, n=1).answered == 1
    courier._discard()


def test_body_method_and_headers_arrive(office):
    load(office.url, "/hooks", n=1, method="post", json={"weight": "2 kg"}, headers={"X-Api-Key": "secret"})
    [seen] = office.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/hooks", b'{"weight": "2 kg"}')
    assert (seen.headers["x-api-key"], seen.headers["content-type"]) == ("secret", "application/json")


def test_requests_carry_their_names(office):
    result = load(office.url, n=3)
    assert {seen.headers[REQUEST_HEADER] for seen in office.seen} == {request.id for request in result.requests}
    run = result.requests[0].id.removesuffix("-1")
    assert [request.id for request in result.requests] == [f"{run}-1", f"{run}-2", f"{run}-3"]


def test_first_failed_answer_is_quoted(office):
    result = load(office.url, ["/fine", "/status/503"], n=2)
    assert result.said == 'status 503: {"detail": "no \\u001b[31m /status/503"}'


def test_address_may_have_a_path(office):
    load(f"{office.url}/quotes/7", n=1)
    assert office.seen[0].path == "/quotes/7"


def test_recording_is_fetched_after_the_last_answer(office):
    asked = []

    def give(prefix: str) -> Recording:
        asked.append((prefix, office.answered))
        return Recording(traces=[Trace(f"{prefix}1", "GET", "/", 0.0)])

    result = load(Lab(office, give), n=4)
    assert asked == [(result.requests[0].id.removesuffix("1"), 4)]
    assert result.recording is not None
    assert result.recording.traces[0].id == result.requests[0].id


def test_lost_recording_does_not_cost_the_result(office):
    def give(_: str) -> Recording:
        raise Fault("`routes` does not run any more.")

    result = load(Lab(office, give), n=1)
    assert (result.answered, result.recording) == (1, None)
    assert "There is no recording. `routes` does not run any more." in str(result)


def test_url_has_no_recording(office):
    assert load(office.url, n=1).recording is None


def test_title_can_be_given(office):
    assert load(office.url, n=1, title="Before\nthe change").title == "Before the change"
    assert load(office.url, n=1).title == "1 \N{MULTIPLICATION SIGN} GET /"


def test_listeners_hear_every_result(office):
    heard: list[Result] = []
    on_result.append(heard.append)
    try:
        results = [load(office.url, n=1), load(office.url, n=2)]
    finally:
        on_result.remove(heard.append)
    assert heard == results


def test_verb_is_in_the_package():
    import unblocked

    assert unblocked.load is load
