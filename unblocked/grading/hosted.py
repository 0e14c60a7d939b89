"""The app of an imported answer on real uvicorn, in the check's own process: what it makes there can be counted."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

import uvicorn

from unblocked.grading.asking import Pending, Question
from unblocked.grading.board import Board
from unblocked.grading.checking import Unmet, expect
from unblocked.grading.imported import Imported, Started
from unblocked.grading.patience import LOOK
from unblocked.grading.subject import AFTERWARDS
from unblocked.grading.whereabouts import raised_on
from unblocked.server.failure import Failure

AS_BEFORE = "The routes must answer as before."


class Hosted:
    """The `app` of an imported answer, started; the check is over when it does not start.

    It runs on the answer's event loop, so `answer.blocked` and `answer.settles` speak of it. Who counts what the app
    makes begins to count before it starts: a subclass does so before it calls `super().__init__`.

    Args:
        answer: the answer that has the `app`.
        did: what the check does by starting it.
        meaning: what it means that it does not start.

    Attributes:
        answer: that answer.
        host: where the app listens.

    Example: `Hosted(answer).gives("/quotes/8", {"price": 12.07})`.

    """

    def __init__(
        self,
        answer: Imported,
        *,
        did: str = "started the app",
        meaning: str = "What comes before the `yield` of the lifespan raises, or does not end.",
    ) -> None:
        self.answer, self._did = answer, did
        self._raised: Failure | None = None
        self._asked = 0
        listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.host = f"127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(self._watched(answer["app"]), lifespan="on", log_config=None)
        self._server = uvicorn.Server(config)
        self._serving = Started(answer, self._serve, (listening,), {})
        self._expect_started(meaning)

    @property
    def board(self) -> Board:
        """The answer's board, which is told of every reply."""
        return self.answer.board

    def ends(self, event: Callable[[], object]) -> bool:
        """Wait for something that the answer brings in whatever way; False when it rests, or works on and on."""
        return self.answer.ends(event)

    def start(self, path: str) -> Pending:
        """Ask for a path without waiting for the reply."""
        self._asked += 1
        question = Question(path, headers={"connection": "close"})  # so none is open when the app is to end
        return Pending(self, question, name=f"hosted-{self._asked}")

    def start_at_once(self, paths: Iterable[str]) -> list[Pending]:
        """Ask for all of these paths; they are all there before the event loop looks at the first of them."""
        go = threading.Event()
        self.answer.loop.call_soon_threadsafe(go.wait, self.answer.limit)
        asked = [self.start(path) for path in paths]
        while not all(each.written for each in asked):
            self.board.wait(lambda: False, limit=LOOK)
        go.set()
        return asked

    def gives(
        self, path: str, right: Any, asked: Pending | None = None, *, did: str = "", meaning: str = AS_BEFORE
    ) -> None:
        """Expect that the app replies to a path with status 200 and this JSON.

        Args:
            path: what is asked for.
            right: the body, as data.
            asked: the request, where it has been started before.
            did: what the check did, if that was more than to ask for the path.
            meaning: what it means that something else came; which exception the app raised is added.

        """
        asked = asked or self.start(path)
        if not self.ends(lambda: asked.over):
            raise self.silence(asked, did=did)
        reply = asked.reply
        failed = reply is not None and reply.status == 500
        self.answer.settles(lambda: not failed or self._raised, patience=AFTERWARDS)
        expect(
            reply is not None and reply.status == 200 and reply.json == right,
            did=did or f"asked for `{path}`",
            got=str(reply or f"no answer: {asked.error}"),
            expected=f"200 {json.dumps(right)}",
            meaning=meaning + (self._raised_what if failed else ""),
            line=self._guilty if failed else None,
        )

    def silence(self, request: Pending, *, did: str = "") -> Unmet:
        """Make the finding for a request that was not answered."""
        where = self.answer.whereabouts()
        return Unmet(did=did or f"asked for `{request.path}`", got="no answer", expected="an answer", hung=True,
                     line=where.line, meaning=where.meaning)  # fmt: skip

    def shut_down(self) -> None:
        """Have the app end; the check is over when it does not, or ends with an exception."""
        self._server.should_exit = True
        did = f"{self._did}, and had it end"
        over = self.ends(lambda: self._serving.over)
        expect(
            over,
            did=did,
            got="it does not come to an end",
            expected="that it ends",
            meaning="After the `yield` of its lifespan, the app waits for something that does not come.",
            line=None if over else self.answer.whereabouts().line,
        )
        expect(
            not self._server.lifespan.should_exit,
            did=did,
            got="an exception; your code printed which",
            expected="an orderly end",
            meaning="What comes after the `yield` of the lifespan raises." + self._raised_what,
            line=self._guilty,
        )

    def _expect_started(self, meaning: str) -> None:
        self.ends(lambda: self._server.started or self._serving.over)
        expect(
            self._server.started and not self._serving.over,
            did=self._did,
            got="an exception; your code printed which" if self._serving.over else "it is still starting",
            expected="that it starts",
            meaning=meaning + self._raised_what,
            line=self._guilty if self._serving.over else self.answer.whereabouts().line,
        )

    async def _serve(self, listening: socket.socket) -> None:
        if task := asyncio.current_task():
            task.add_done_callback(_of_the_root)
        await self._server.serve(sockets=[listening])

    def _watched(self, app: Any) -> Any:
        async def watched(scope: Any, receive: Any, send: Any) -> None:
            try:
                await app(scope, receive, send)
            except Exception as error:
                line = raised_on(error, self.answer.file)
                self._raised = dataclasses.replace(Failure.of(error), line=line)
                raise

        return watched

    @property
    def _guilty(self) -> int | None:
        return self._raised.line if self._raised else None

    @property
    def _raised_what(self) -> str:
        return f" Your code raised `{self._raised.message}`." if self._raised else ""


def _of_the_root(_: Any) -> None:
    """Mark a task as the one that `asyncio.run` would have made: anyio's worker threads end with it, not before."""


_of_the_root.__module__ = "uvloop.loop"  # by which anyio knows it
