"""A served answer, as a check sees it: it sends requests, and knows what the answer's process reports."""

from __future__ import annotations

import http.client
import json as json_module
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from unblocked.grading.channel import Channel
from unblocked.grading.checking import Unmet
from unblocked.records import Recording, Stretch, Trace

LIMIT = 5.0
"""Seconds after which a check gives up what hangs. Right answers never come near it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer replied."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        """The body as data; None when it is not JSON."""
        try:
            return json_module.loads(self.text)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.status} {self.text[:200]}"


@dataclass(frozen=True, slots=True)
class Blocked:
    """A call that holds the thread of the event loop: what was called, and from which line of the answer."""

    call: str
    line: int | None


class Pending:
    """A request on its way."""

    def __init__(self, app: App, path: str, *, method: str = "GET", json: Any = None) -> None:
        self._app, self.path, self.method, self._json = app, path, method, json
        self.reply: Reply | None = None
        self.error = ""
        threading.Thread(target=self._send, daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether a reply has come, or will not come any more."""
        return self.reply is not None or bool(self.error)

    def finish(self) -> Reply:
        """Wait for the reply; when none comes, the check fails and says where the answer stands."""
        self._app.channel.wait(lambda: self.over or self._app.blocked, limit=LIMIT)
        if self._app.blocked and not self.over:  # it may be held by what the check has already released
            self._app.channel.wait(lambda: self.over, limit=LIMIT)
        if self.reply is None:
            raise self._app.silence(self)
        return self.reply

    def _send(self) -> None:
        connection = http.client.HTTPConnection(self._app.host, timeout=None)
        try:
            body = None if self._json is None else json_module.dumps(self._json)
            connection.request(self.method, self.path, body=body, headers={"content-type": "application/json"})
            got = connection.getresponse()
            self.reply = Reply(got.status, got.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            self.error = str(error) or type(error).__name__
        finally:
            connection.close()
            with self._app.channel.changed:
                self._app.channel.changed.notify_all()


class App:
    """The learner's app on real uvicorn, in a process of its own.

    Attributes:
        url: its address.

    """

    def __init__(self, channel: Channel, *, url: str) -> None:
        self.channel, self.url = channel, url
        self.host = urlsplit(url).netloc

    def get(self, path: str) -> Reply:
        """Ask for a path and wait for the reply."""
        return self.start(path).finish()

    def start(self, path: str, *, method: str = "GET", json: Any = None) -> Pending:
        """Send a request without waiting for its reply."""
        return Pending(self, path, method=method, json=json)

    def answers(self, path: str) -> bool:
        """Say whether a request is answered now, whatever else is being held.

        False comes as soon as the answer's process reports a call that blocks the thread of its event loop, and does
        not come back; where nothing is reported, after the limit.
        """
        request = self.start(path)
        self.channel.wait(lambda: request.over or self.blocked, limit=LIMIT)
        if not request.over and self.blocked:
            self.channel.ask("where", limit=LIMIT)  # one more exchange, in which a short call would have come back
            self.channel.wait(lambda: request.over or self.blocked, limit=LIMIT)
        return request.reply is not None

    @property
    def blocked(self) -> Blocked | None:
        """The call that holds the event loop's thread at this moment, if its process has reported one."""
        begun: dict[int, Blocked] = {}
        for message in list(self.channel.messages):
            if "blocks" in message:
                begun[message["blocks"]] = Blocked(message["call"], message["line"])
            elif "unblocks" in message:
                begun.pop(message["unblocks"], None)
        return next(iter(begun.values()), None)

    @property
    def line(self) -> int | None:
        """The line of the answer on which the event loop's thread stands."""
        if self.blocked is not None:
            return self.blocked.line
        where = self.channel.ask("where", limit=LIMIT)
        return where["line"] if where else None

    def settles(self, holds: Any, *, beats: int = 10, path: str = "/openapi.json", patience: float = 1.0) -> bool:
        """Wait until something holds that needs the app's next steps; say whether it came.

        It comes at once, or not at all: False only after the app has answered so many other requests *and* a generous
        while has gone by, or when its event loop is blocked.
        """
        begun, answered = time.monotonic(), 0
        while not holds():
            if answered >= beats and time.monotonic() - begun > patience:
                return False
            if not self.answers(path):
                return bool(holds())
            answered += 1
        return True

    def silence(self, request: Pending) -> Unmet:
        """Make the finding for a request that was not answered."""
        did = f"asked for `{request.path}`"
        if request.error:
            return Unmet(did=did, got=f"no answer: {request.error}", expected="an answer", line=None,
                         meaning="The server closed the connection or ended: see what it printed.")  # fmt: skip
        return Unmet(did=did, got=f"no answer within {LIMIT:.0f} s", expected="an answer", line=self.line,
                     meaning="The code stands on this line and does not come back.")  # fmt: skip

    def recording(self) -> Recording:
        """Give what the answer's process has recorded."""
        data = self.channel.ask("recording", limit=LIMIT, prefix="")
        if data is None:
            return Recording()
        traces = [Trace(**{**t, "stretches": [Stretch(**s) for s in t["stretches"]]}) for t in data["traces"]]
        return Recording(traces, [(when, late) for when, late in data["lag"]], data["tokens"], data["dropped"])
