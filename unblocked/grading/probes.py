"""What a running answer reports by itself: calls that block the thread of its event loop, and deadlines it asks for."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import multiprocessing.connection
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from time import perf_counter  # kept: an answer may replace what is in `time`
from types import FrameType
from typing import Any

import uvicorn

from unblocked.grading.whereabouts import line_of

Report = Callable[..., None]

_BLOCKING: tuple[tuple[Any, str], ...] = (
    # Every blocking client of another service comes through here, with a new connection or a kept one.
    (socket.socket, "connect"),
    (socket.socket, "recv"),
    (socket.socket, "recv_into"),
    (time, "sleep"),
    # Queues, futures of threads, events and barriers wait on a condition.
    (threading.Condition, "wait"),
    (threading.Thread, "join"),
    (subprocess.Popen, "wait"),
    (subprocess.Popen, "communicate"),
    (multiprocessing.connection.Connection, "recv"),
    (multiprocessing.connection.Connection, "recv_bytes"),
    (multiprocessing.connection.Connection, "poll"),
)

_OF_OTHERS = ("anyio/_core/_sockets.py", "aiohappyeyeballs/impl.py")
"""Libraries that set deadlines of their own while they connect: nobody who uses them has asked for that."""


def install(report: Report, answer: str) -> None:
    """Wrap those calls, so that one on the thread of an event loop is reported when it begins and when it ends.

    Args:
        report: takes `blocks=number, call=…, line=…, at=…`, then `unblocks=number`; or `deadline=seconds, line=…`.
        answer: the file of the answer, whose lines are named.

    """
    reporting = threading.local()
    numbers = itertools.count(1)
    for owner, name in _BLOCKING:
        setattr(owner, name, _watched(getattr(owner, name), name, report, answer, numbers, reporting))
    _watch_deadlines(report, answer)
    _forbid_running_while_loading(answer)


def _watched(
    original: Callable[..., Any], name: str, report: Report, answer: str, numbers: Any, reporting: threading.local
) -> Callable[..., Any]:
    def watched(*args: Any, **options: Any) -> Any:
        if asyncio._get_running_loop() is None or getattr(reporting, "now", False) or _does_not_wait(args):
            return original(*args, **options)
        line = line_of(sys._getframe(1), answer)
        if line is None or _starts_a_thread(sys._getframe(1)):  # none of the answer's lines waits here
            return original(*args, **options)
        number = next(numbers)
        _say(reporting, report, blocks=number, call=name, line=line, at=perf_counter())
        try:
            return original(*args, **options)
        finally:
            _say(reporting, report, unblocks=number)

    return watched


def _does_not_wait(args: tuple[Any, ...]) -> bool:
    """Whether it is a socket that never blocks."""
    return bool(args) and isinstance(args[0], socket.socket) and args[0].gettimeout() == 0


def _starts_a_thread(frame: FrameType) -> bool:
    """Whether a new thread is waited for until it runs, which on a busy machine may take a while."""
    return frame.f_back is not None and frame.f_back.f_code is threading.Thread.start.__code__


def _say(reporting: threading.local, report: Report, **message: Any) -> None:
    """Report, and do not report what reporting itself does."""
    reporting.now = True
    try:
        report(**message)
    finally:
        reporting.now = False


def _watch_deadlines(report: Report, answer: str) -> None:
    call_at = asyncio.base_events.BaseEventLoop.call_at

    def watched(loop: Any, when: float, *args: Any, **options: Any) -> Any:
        frame = sys._getframe(1)
        line = None if _is_of_others(frame) else line_of(frame, answer)
        if line is not None:
            report(deadline=round(when - loop.time(), 3), line=line)
        return call_at(loop, when, *args, **options)

    asyncio.base_events.BaseEventLoop.call_at = watched  # type: ignore[method-assign,assignment]


def _is_of_others(frame: FrameType | None) -> bool:
    """Whether a deadline is asked for by a library that connects."""
    while frame is not None:
        if frame.f_code.co_filename.endswith(_OF_OTHERS):
            return True
        frame = frame.f_back
    return False


class RunWhileLoading(RuntimeError):
    """An answer runs an event loop while it is imported: where a loop runs already, as in a notebook, that fails."""


def _forbid_running_while_loading(answer: str) -> None:
    for module, says in ((asyncio, "asyncio.run()"), (uvicorn, "uvicorn.run()")):
        module.run = _refused_while_loading(module.run, says, answer)  # type: ignore[attr-defined]


def _refused_while_loading(run: Callable[..., Any], says: str, answer: str) -> Callable[..., Any]:
    def refused(*args: Any, **options: Any) -> Any:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == answer and frame.f_code.co_name == "<module>":
                if inspect.iscoroutine(args[0]):
                    args[0].close()
                raise RunWhileLoading(f"{says} cannot be called from a running event loop")
            frame = frame.f_back
        return run(*args, **options)

    return refused
