"""One server for all tests of the room, and requests made by hand."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.traffic.office import Office
from unblocked.records import Request
from unblocked.traffic import Result, load


@pytest.fixture(scope="session")
def _office() -> Iterator[Office]:
    made = Office()
    yield made
    made.close()


@pytest.fixture
def office(_office) -> Iterator[Office]:
    """The server, holding again; whatever a test leaves held is let go."""
    _office.hold()
    yield _office
    _office.release()


@pytest.fixture
def in_background() -> Iterator[Callable[..., "Future[Result]"]]:
    """Call `load` in a thread, so that the test can look at the server meanwhile."""
    with ThreadPoolExecutor() as threads:

        def call(*words: Any, **options: Any) -> "Future[Result]":
            return threads.submit(load, *words, **options)

        yield call


def made(*times: float, due: float = 100.0, cause: str = "", every: float = 0.0) -> list[Request]:
    """Make a request for each time that it took; they are due `every` so many seconds."""
    dues = [due + n * every for n in range(len(times))]
    status = None if cause else 200
    return [
        Request(f"made-{n}", "GET", "/quotes/7", at, at, at + took, status, cause)
        for n, (at, took) in enumerate(zip(dues, times, strict=True), start=1)
    ]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nothing listens, and which nobody else gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
