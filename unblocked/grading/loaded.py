"""The process of a served answer: the process of any served app, and what only answers are asked and told."""

from __future__ import annotations

import asyncio
import concurrent.futures
import dataclasses
import json
import logging
import operator
import os
import signal
import socket
import sys
from typing import Any, NoReturn

from starlette.responses import Response

from unblocked import recorder
from unblocked.grading import confinement, probes, trial, warmth
from unblocked.grading.board import BEAT
from unblocked.grading.loading import explained
from unblocked.grading.order import Order
from unblocked.grading.whereabouts import line_of, raised_on, whereabouts
from unblocked.grading.written import Written
from unblocked.processes import kernel
from unblocked.processes.lines import Lines
from unblocked.recorder.middleware import App, Receive, Scope, Send
from unblocked.server.failure import Failure
from unblocked.server.process import Process

_TURN_LIMIT = 1.0
"""Seconds after which a turn of the event loop is said not to come."""


class Loaded(Process):
    """Serves an answer. It also gives values of the answer's module, and explains what a notebook allows."""

    def __init__(self, owner: Lines, *, module: str, written: Written) -> None:
        super().__init__(owner, record=True, quiet=True, grace=None)  # a check says when it has had time enough
        self._module, self._written = module, written

    def _watched(self, app: App) -> App:
        """Answer beats before the answer's own code is asked, and tell which exception a request ends with."""
        counted = super()._watched(app)

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"] == BEAT:
                self._count += 1
                await Response(status_code=204)(scope, receive, send)
                return
            try:
                await counted(scope, receive, send)
            except Exception as error:
                if scope["type"] != "lifespan":
                    file = getattr(sys.modules.get(self._module), "__file__", None)
                    self._owner.send(raised=dataclasses.asdict(Failure.of(error)) | {"line": raised_on(error, file)})
                raise

        return watched

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        match question["ask"]:
            case "value":
                return {"value": self._value(question["name"])}
            case "printed":
                return {"printed": self._written.text}
            case "turn":
                return {"turn": self._turn()}
            case "stands":
                frame = sys._current_frames().get(self._main)
                return {"stands": {"line": line_of(frame, question["file"])}}
            case "whereabouts":
                where = whereabouts(self._main, self._loop, file=question["file"])
                return {"whereabouts": dataclasses.asdict(where)}
            case _:
                return super()._answer(question)

    def _value(self, name: str) -> dict[str, Any]:
        try:
            value = operator.attrgetter(name)(sys.modules[self._module])
        except (AttributeError, KeyError):
            return {"there": False, "value": None}
        return {"there": True, "value": _plain(value)}

    def _turn(self) -> bool:
        """Have the event loop do what is due, and say whether it did."""
        if self._loop is None or self._loop.is_closed():
            return False
        turn = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop)
        done, _ = concurrent.futures.wait([turn], timeout=_TURN_LIMIT)
        return bool(done)

    def fail(self, failure: Failure) -> int:
        """Say why there is no service, in words for somebody who came from a notebook."""
        return super().fail(dataclasses.replace(failure, message=explained(failure.message)))


def _plain(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return repr(value)


def _shorten(record: logging.LogRecord) -> bool:
    """Write of an exception only what the answer's author wrote: a handler takes the text that is there."""
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = Failure.of(record.exc_info[1]).traceback or None
    return True


def main(order: Order, parent: int, listening: int, owner: int) -> NoReturn:
    """Be the process of a served answer."""
    os.setsid()
    kernel.die_with_parent(parent=parent, by=signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a crew ignores it
    warmth.import_all()
    lines = Lines(socket.socket(fileno=owner))
    lines.send(begun=True)
    recorder.install()
    probes.install(lines.send, str(order.copy))
    confinement.confine()
    code = 1
    logging.getLogger("uvicorn.error").addFilter(_shorten)
    try:
        process = Loaded(lines, module=order.name, written=Written())
        code = process.run(socket.socket(fileno=listening), module=order.name, attribute="app", file=str(order.copy))
    finally:
        trial.flush()
        os._exit(code)
