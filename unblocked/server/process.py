"""The process of one served app: imports it, runs it on uvicorn, records, and answers its owner."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import socket
import sys
import threading
from collections.abc import MutableMapping, Sequence
from typing import Any

import anyio.to_thread
import uvicorn

from unblocked.faults import Fault
from unblocked.processes import semaphores
from unblocked.processes.lines import Lines
from unblocked.recorder import TAPE, Recorded, install, name_outgoing_calls, note_connections, note_stores, note_tasks
from unblocked.recorder.middleware import App, Receive, Scope, Send
from unblocked.server import modules, swagger
from unblocked.server.failure import Failure
from unblocked.server.loading import load
from unblocked.server.proxied import Proxied


class Process:
    """Serves one app on a listening socket that its owner opened, and says when it is ready or why it is not.

    `grace` is how many seconds requests, and what they have left to do, may go on when it is to end; None for no limit.
    One that is `held` waits for its owner's word before the lifespan begins.
    """

    def __init__(
        self, owner: Lines, *, record: bool, held: bool = False, quiet: bool = False, grace: int | None = 1
    ) -> None:
        self._owner = owner
        self._may_begin = threading.Event()
        if not held:
            self._may_begin.set()
        self._grace = grace
        self._record = record
        self._log_level = "warning" if quiet else "info"
        self._main = threading.get_ident()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._count = 0
        self._failed = False
        self._last_words = ""

    def run(self, listening: socket.socket, *, module: str, attribute: str, file: str | None) -> int:
        """Serve until told to end; give the exit code."""
        threading.Thread(target=self._answer_owner, name="unblocked-owner", daemon=True).start()
        try:
            app = load(module, attribute, file)
        except Fault as fault:
            return self.fail(Failure(fault.message, ""))
        except SystemExit as error:
            message = "The app's code calls `sys.exit()` while it is imported"
            return self.fail(dataclasses.replace(Failure.of(error), message=message))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is its author's, and is told
            return self.fail(Failure.of(error))
        config = uvicorn.Config(
            self._wrap(app),
            loop="asyncio",
            log_level=self._log_level,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=self._grace,
        )
        server = _Announcing(config, self)
        self._may_begin.wait()
        try:
            server.run(sockets=[listening])
        except SystemExit:  # uvicorn leaves so when the lifespan failed; `_live` has said why, if it was an exception
            if self._loop is not None:  # a task of the app called `sys.exit` later
                raise
            return self.fail(Failure(f"The app's lifespan failed while starting. {self._last_words}".strip(), ""))
        return 0

    def _wrap(self, app: App) -> App:
        watched = self._watched(Proxied(app))
        if self._record:
            name_outgoing_calls()
            note_connections()
            note_stores()
            note_tasks()
            watched = Recorded(watched)
        return swagger.WithDocsFiles(watched)

    def _watched(self, app: App) -> App:
        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await self._live(app, scope, receive, send)
                return
            self._count += scope["type"] == "http"
            await app(scope, receive, send)

        return watched

    async def _live(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the lifespan. One that raises at once may be an app that has none: only its own word is a failure."""
        failed = False

        async def noting(message: MutableMapping[str, Any]) -> None:
            nonlocal failed
            if message["type"] == "lifespan.startup.failed":
                failed, self._last_words = True, message.get("message", "")
                message = {**message, "message": ""}  # told by `fail`, without the frames of others
            await send(message)

        try:
            await app(scope, receive, noting)
        except (Exception, SystemExit) as error:
            if failed:
                self.fail(Failure.of(error))
            raise

    def started(self) -> None:
        """Say that requests are answered from now on."""
        self._loop = asyncio.get_running_loop()
        TAPE.tokens = int(anyio.to_thread.current_default_thread_limiter().total_tokens)
        if self._record:
            TAPE.watch(self._loop)
        self._owner.send(ready=True)

    def fail(self, failure: Failure) -> int:
        """Say why there is no service, once: the first reason is the one. Gives the exit code."""
        if not self._failed:
            self._failed = True
            self._owner.send(failed=dataclasses.asdict(failure))
        return 3

    def _answer_owner(self) -> None:
        for question in self._owner:
            if question.get("begin"):
                self._may_begin.set()
                continue
            number = {"number": question["number"]} if "number" in question else {}
            self._owner.send(**self._answer(question), **number)
        os._exit(0)  # the owner is gone

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        match question["ask"]:
            case "count":
                return {"count": self._count}
            case _:
                if question.get("settle", True):
                    self._settle()
                return {"recording": dataclasses.asdict(TAPE.recording(question["prefix"]))}

    def _settle(self) -> None:
        """Let the callback that sent the last answer finish its own accounting, unless the loop is blocked."""
        if self._loop is None or self._loop.is_closed():
            return
        done = asyncio.run_coroutine_threadsafe(_read_tokens(), self._loop)
        try:
            TAPE.tokens = done.result(timeout=0.5)
        except TimeoutError:
            done.cancel()


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, process: Process) -> None:
        super().__init__(config)
        self._process = process

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._process.started()


async def _read_tokens() -> int:
    return int(anyio.to_thread.current_default_thread_limiter().total_tokens)


def run(words: Sequence[str]) -> int:
    """Be the process, told the numbers of two inherited sockets, what to serve, and whether to record."""
    listening, owner, module, attribute, file, record, held = words
    modules.arrange()
    if record == "record":
        install()
    swagger.install()
    semaphores.name_after_owner()
    process = Process(Lines(socket.socket(fileno=int(owner))), record=record == "record", held=held == "held")
    return process.run(socket.socket(fileno=int(listening)), module=module, attribute=attribute, file=file or None)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
