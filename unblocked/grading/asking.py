"""A request that a check sends to an answer's app, and the reply that comes back."""

from __future__ import annotations

import contextlib
import http.client
import json as json_module
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter  # kept: an answer may replace what is in `time`
from typing import TYPE_CHECKING, Any, Protocol

from unblocked.grading.checking import Unmet, expect
from unblocked.records import REQUEST_HEADER, Request

if TYPE_CHECKING:
    from unblocked.grading.board import Board

Files = Mapping[str, tuple[str, bytes]]
"""What a form uploads: by the field's name, the file's name and its bytes."""

Body = bytes | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer replied; the names of headers are in lower case."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def json(self) -> Any:
        """The body as data; None when it is not JSON."""
        try:
            return json_module.loads(self.text)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.status} {self.text[:200]}"


def expect_reply(reply: Reply, status: int, json: Any, *, did: str, meaning: str) -> None:
    """State what a right answer replies; when it replies something else, the check is over and says the rest.

    Args:
        reply: what came back.
        status: the right status.
        json: the right body, as data.
        did: what the check did, such as "sent `POST /orders/8`".
        meaning: what it means that another reply came; of one with status 500 is said that the route raised.

    """
    expect(
        (reply.status, reply.json) == (status, json),
        did=did,
        got=str(reply),
        expected=f"{status} {json_module.dumps(json, ensure_ascii=False, separators=(',', ':'))}",
        meaning="The route raised an exception; your code printed which." if reply.status == 500 else meaning,
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a method and a path, with a body where there is one; `ends` says whether that comes to its end."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    ends: bool = True

    @classmethod
    def of(
        cls,
        path: str,
        *,
        method: str = "GET",
        json: Any = None,
        body: Body | None = None,
        files: Files | None = None,
        headers: Mapping[str, str] | None = None,
        ends: bool = True,
    ) -> Question:
        """Make one with JSON, with bytes as they are, or with a form's files; an iterable is sent chunk by chunk.

        A body that is given as `body` and does not end (`ends=False`) is sent without its length, and the last chunk,
        which would say that it is the last, never comes.
        """
        given = dict(headers or {})
        if files:
            body, kind = _form(files)
            return cls(path, method, {"content-type": kind} | given, body)
        if body is not None:
            return cls(path, method, {"content-type": "application/octet-stream"} | given, body, ends)
        encoded = None if json is None else json_module.dumps(json).encode()
        return cls(path, method, {"content-type": "application/json"} | given, encoded)


def _form(files: Files) -> tuple[bytes, str]:
    """Encode files as a browser's form does; give the body and its type."""
    import requests  # only where files are sent: it takes a while to import

    made = requests.Request("POST", "http://parcel", files=dict(files)).prepare()
    assert isinstance(made.body, bytes)
    return made.body, made.headers["content-type"]


class Asked(Protocol):
    """An answer's app, as a request sees it."""

    @property
    def host(self) -> str:
        """Where it listens."""

    @property
    def board(self) -> Board:
        """Where those wait who want to know that a reply has come."""

    def ends(self, event: Callable[[], object]) -> bool:
        """Wait for something that the answer brings."""

    def silence(self, request: Pending) -> Unmet:
        """Make the finding for a request that was not answered."""


class _Unended(Exception):
    """The body was not to be ended."""


class Pending:
    """A request on its way.

    Attributes:
        reply: what came back, if anything did; `error` says why not.
        written: whether all of it was handed to the network, or will not be any more.
        sent: when it began; `done`: when it was over.

    """

    def __init__(self, app: Asked, question: Question, *, name: str) -> None:
        self._app, self._question, self.name = app, question, name
        self.path, self.method = question.path, question.method
        self.reply: Reply | None = None
        self.error = ""
        self.written = False
        self.sent = perf_counter()
        self.done: float | None = None
        self._connection = http.client.HTTPConnection(app.host, timeout=None)
        threading.Thread(target=self._send, daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether a reply has come, or will not come any more."""
        return self.done is not None

    def finish(self) -> Reply:
        """Wait for the reply; when none comes, the check is over and says on which line the answer stands."""
        self._app.ends(lambda: self.over)
        if self.reply is None:
            raise self._app.silence(self)
        return self.reply

    def leave(self) -> None:
        """Hang up, as a customer does who gives up waiting; nothing where the reply was there before."""
        with contextlib.suppress(OSError):
            if self._connection.sock is not None:
                self._connection.sock.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it, too

    def as_request(self) -> Request:
        """Give it as a record, to be drawn."""
        done = self.done or perf_counter()
        status = self.reply.status if self.reply else None
        cause = f"status {status}" if status and status >= 400 else "" if status else self.error or "no answer"
        return Request(self.name, self.method, self.path, self.sent, self.sent, done, status, cause)

    def _send(self) -> None:
        try:
            self._ask()
            self.written = True
            got = self._connection.getresponse()
            headers = {name.lower(): value for name, value in got.getheaders()}
            self.reply = Reply(got.status, got.read().decode(errors="replace"), headers)
        except (OSError, http.client.HTTPException) as error:
            self.error = str(error) or type(error).__name__
        finally:
            self.written, self.done = True, perf_counter()
            self._connection.close()
            self._app.board.touch()

    def _ask(self) -> None:
        headers = {**self._question.headers, REQUEST_HEADER: self.name}
        body = self._question.body if self._question.ends else _unended(self._question.body or b"")
        # Who does not want the rest of the body may say why.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, _Unended):
            self._connection.request(self.method, self.path, body=body, headers=headers)


def _unended(body: Body) -> Iterator[bytes]:
    """Give the pieces of a body; instead of its end, leave whoever sends it."""
    yield from [body] if isinstance(body, bytes) else body
    raise _Unended
