"""A served answer, as a check sees it: it sends requests, and knows what the answer's process reports."""

from __future__ import annotations

import dataclasses
import http.client
import json as json_module
import secrets
import threading
from dataclasses import dataclass
from time import perf_counter  # kept: an answer may replace what is in `time`
from typing import Any
from urllib.parse import urlsplit

from unblocked.grading.board import BEAT, Channel
from unblocked.grading.checking import Unmet
from unblocked.grading.subject import Subject
from unblocked.grading.whereabouts import Whereabouts
from unblocked.outside import Outside
from unblocked.processes import kernel
from unblocked.records import REQUEST_HEADER, Request


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


class Pending:
    """A request on its way."""

    def __init__(self, app: App, path: str, *, method: str, json: Any, name: str) -> None:
        self._app, self.path, self.method, self._json, self.name = app, path, method, json, name
        self.reply: Reply | None = None
        self.error = ""
        self.sent = perf_counter()
        self.done: float | None = None
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

    def as_request(self) -> Request:
        """Give it as a record, to be drawn."""
        done = self.done or perf_counter()
        status = self.reply.status if self.reply else None
        cause = f"status {status}" if status and status >= 400 else "" if status else self.error or "no answer"
        return Request(self.name, self.method, self.path, self.sent, self.sent, done, status, cause)

    def _send(self) -> None:
        connection = http.client.HTTPConnection(self._app.host, timeout=None)
        try:
            body = None if self._json is None else json_module.dumps(self._json)
            headers = {"content-type": "application/json", REQUEST_HEADER: self.name}
            connection.request(self.method, self.path, body=body, headers=headers)
            got = connection.getresponse()
            self.reply = Reply(got.status, got.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            self.error = str(error) or type(error).__name__
        finally:
            self.done = perf_counter()
            connection.close()
            self._app.board.touch()


class App(Subject):
    """The learner's app on real uvicorn, in a process of its own.

    Attributes:
        url: its address.
        pid: its process id.
        file: the learner's code.

    """

    board: Channel

    def __init__(self, channel: Channel, *, carriers: Outside, limit: float, url: str, pid: int, file: str) -> None:
        super().__init__(channel, carriers, limit=limit)
        self.url, self.pid, self.file = url, pid, file
        self.host = urlsplit(url).netloc
        self._run = secrets.token_hex(3)  # two gradings may be drawn in one picture
        self._requests: list[Pending] = []
        self._beats = 0

    def get(self, path: str) -> Reply:
        """Ask for a path and wait for the reply."""
        return self.start(path).finish()

    def post(self, path: str, *, json: Any = None) -> Reply:
        """Send JSON to a path and wait for the reply."""
        return self.start(path, method="POST", json=json).finish()

    def start(self, path: str, *, method: str = "GET", json: Any = None) -> Pending:
        """Send a request without waiting for its reply."""
        request = Pending(self, path, method=method, json=json, name=f"{self._run}-{len(self._requests) + 1}")
        self._requests.append(request)
        return request

    def answers(self, path: str) -> bool:
        """Say whether a request is answered now, whatever else is being held.

        False comes as soon as the answer's process reports a call that blocks the thread of its event loop and does
        not come back; where nothing is reported, after the limit.
        """
        request = self.start(path)
        return self.comes(lambda: request.over) and request.reply is not None

    def beats(self) -> bool:
        """Have it answer a request that is none of the exercise's."""
        self._beats += 1
        beat = Pending(self, BEAT, method="GET", json=None, name=f"beat-{self._beats}")
        return self.comes(lambda: beat.over) and beat.reply is not None

    def is_asleep(self) -> bool | None:
        """Look at its process's main thread, where the loop is."""
        return kernel.is_asleep(self.pid, self.pid)

    def is_quiet(self) -> bool | None:
        """Look at all threads of its process, and at the processes that it has started."""
        return kernel.are_asleep(self.pid)

    def spent(self) -> float | None:
        """Look at its process, and at those that it has started."""
        return kernel.processor_time(self.pid)

    def stands_on(self) -> int | None:
        """Ask its process on which line the loop's thread stands."""
        where = self.board.ask("stands", limit=self.limit, file=self.file)
        return where["line"] if where else None

    @property
    def raised(self) -> dict[str, Any] | None:
        """The first exception that a route raised: its `message`, and the `line` of the answer."""
        raised: dict[str, Any] | None = self.board.first("raised")
        return raised

    @property
    def arrived(self) -> int:
        """How many requests its process has taken up, ours among them; 0 when it does not say."""
        return self.board.ask("count", limit=self.limit) or 0

    def in_threads(self, path: str) -> int:
        """Count the requests below this path that keep a worker thread when the answer has come to rest."""
        self.settles(lambda: False, patience=0.2)  # not by asking again and again: it would never rest
        traces = (self.seen()["recording"] or {"traces": []})["traces"]
        return sum(
            trace["path"].startswith(path)
            and any(each["kind"] == "thread" and each["label"] == "still running" for each in trace["stretches"])
            for trace in traces
        )

    def whereabouts(self) -> Whereabouts:
        """Ask its process. One that cannot even say that is in a call that lets no other thread run."""
        where = self.board.ask("whereabouts", limit=self.limit, file=self.file)
        return Whereabouts(**where) if where else Whereabouts(None, "One call lets no other thread of Python run.")

    def value(self, name: str) -> Any:
        """Give a value of the answer's module, as JSON carries it; the check is over when there is none."""
        found = self.board.ask("value", limit=self.limit, name=name)
        if found is None or not found["there"]:
            raise Unmet(did=f"looked for `{name}`", got="no such name", expected=f"`{name} = …`", line=None,
                        meaning=f"The exercise asks for `{name}` at the top level of your answer.")  # fmt: skip
        return found["value"]

    def silence(self, request: Pending) -> Unmet:
        """Make the finding for a request that was not answered."""
        did = f"asked for `{request.path}`"
        if request.error:
            return Unmet(did=did, got=f"no answer: {request.error}", expected="an answer", line=None,
                         meaning="The server closed the connection or ended: see what it printed.")  # fmt: skip
        where = self.whereabouts()
        return Unmet(did=did, got=f"no answer within {self.limit:g} s", expected="an answer", hung=True,
                     line=where.line, meaning=where.meaning)  # fmt: skip

    def seen(self) -> dict[str, Any]:
        """Give what is to be drawn: the check's requests, what the process recorded of them, and the guilty stretch."""
        requests = [dataclasses.asdict(r.as_request()) for r in self._requests]
        settle = self.blocked is None and not any(r.done is None for r in self._requests)
        mark = [self.blocked.since, perf_counter(), self.blocked.line] if self.blocked else None
        recording = self.board.ask("recording", limit=self.limit, prefix=f"{self._run}-", settle=settle)
        return {"requests": requests, "recording": recording, "mark": mark}
