"""A served answer, as a check sees it: it sends requests, and knows what the answer's process reports."""

from __future__ import annotations

import dataclasses
import os
import secrets
import signal
from time import perf_counter  # kept: an answer may replace what is in `time`
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from unblocked.grading.asking import Body, Files, Pending, Question, Reply
from unblocked.grading.board import BEAT, Channel
from unblocked.grading.checking import Unmet
from unblocked.grading.subject import AFTERWARDS, Subject
from unblocked.grading.whereabouts import Whereabouts
from unblocked.outside import Outside
from unblocked.processes import kernel


class Content(TypedDict, total=False):
    """What a request can have: one of `json`, `body` (which need not end) and `files`, and `headers`."""

    json: Any
    body: Body
    ends: bool
    files: Files
    headers: dict[str, str]


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
        self._ending = False

    def get(self, path: str, **content: Unpack[Content]) -> Reply:
        """Ask for a path and wait for the reply."""
        return self.start(path, **content).finish()

    def post(self, path: str, **content: Unpack[Content]) -> Reply:
        """Send JSON, bytes or files to a path and wait for the reply."""
        return self.start(path, method="POST", **content).finish()

    def start(self, path: str, *, method: str = "GET", **content: Unpack[Content]) -> Pending:
        """Send a request without waiting for its reply."""
        question = Question.of(path, method=method, **content)
        request = Pending(self, question, name=f"{self._run}-{len(self._requests) + 1}")
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
        """Have it answer a request that is none of the exercise's; where it takes none any more, make a turn."""
        if self._ending:
            return self.board.ask("turn", limit=self.limit) is True
        self._beats += 1
        beat = Pending(self, Question(BEAT), name=f"beat-{self._beats}")
        return self.comes(lambda: beat.over) and beat.reply is not None

    def is_asleep(self) -> bool | None:
        """Look at its process's main thread, where the loop is."""
        return kernel.is_asleep(self.pid, self.pid)

    def is_quiet(self) -> bool | None:
        """Look at all threads of its processes, at what they have started, and at the servers beside it."""
        return self._all_sleep([kernel.are_asleep(pid) for pid in self._pids()])

    def spent(self) -> float | None:
        """Add up what its processes have used, and what they have started."""
        spent = [kernel.processor_time(pid) for pid in self._pids()]
        return None if None in spent else sum(filter(None, spent))

    def _pids(self) -> list[int]:
        return [self.pid]

    def stands_on(self) -> int | None:
        """Ask its process on which line the loop's thread stands."""
        where = self.board.ask("stands", limit=self.limit, file=self.file)
        return where["line"] if where else None

    @property
    def raised(self) -> dict[str, Any] | None:
        """The first exception that a route raised: its `message`, and the `line` of the answer."""
        raised: dict[str, Any] | None = self.board.first("raised")
        return raised

    def uncaught(self) -> str:
        """Give the message of the first exception that nobody caught; nothing where there is none.

        It is given the time to be told: a reply is sent before the exception behind it goes on.
        """
        self.settles(lambda: self.raised, patience=AFTERWARDS)
        return str(self.raised["message"]) if self.raised else ""

    def nobody_caught(self) -> str:
        """Say which exception nobody caught, to go on with after what came back: "; nobody caught `KeyError: 7`"."""
        message = self.uncaught()
        return f"; nobody caught `{message}`" if message else ""

    def behind(self, reply: Reply | None) -> str:
        """Say which exception stands behind a reply of status 500, to go on with after a meaning; else nothing."""
        if reply is None or reply.status != 500:
            return ""
        message = self.uncaught().partition(". ")[0]  # more sentences of it would not fit into one of ours
        return f" Your code raised `{message}`." if message else ""

    @property
    def arrived(self) -> int:
        """How many requests its process has taken up, ours among them; 0 when it does not say."""
        return self.board.ask("count", limit=self.limit) or 0

    def in_threads(self, path: str) -> int:
        """Count the requests below this path that keep a worker thread when the answer has come to rest."""
        self.rests()  # not by asking again and again: it would never rest
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

    @property
    def printed(self) -> str:
        """What its Python code has written so far, log lines included; the last of it where that is very much."""
        return self.board.ask("printed", limit=self.limit) or ""

    def shut_down(self) -> None:
        """Ask its server to end, as Ctrl-C or an orchestrator does: with SIGTERM. It may take its time."""
        self._ending = True
        os.kill(self.pid, signal.SIGTERM)

    @property
    def gone(self) -> bool:
        """Whether its process has ended."""
        return not self.board.open

    def value(self, name: str) -> Any:
        """Give a value of the answer's module, as JSON carries it; the check is over when there is none.

        Args:
            name: `"GUILTY"`, or a way from there: `"app.state.pool.out"`.

        """
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
