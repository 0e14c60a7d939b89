"""Who knows which request this is, and whether its client is still there."""

import re
import socket
from urllib.parse import urlsplit

import pytest

from tests.labs.dependencies.doing import logged
from tests.labs.serving import wait_until_arrived
from tests.server.asking import get
from tests.waiting import until


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
