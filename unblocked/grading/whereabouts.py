"""Where an answer's code stands when it does not come back: on the event loop, in a thread, or at an `await`."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from unblocked.server.failure import unwrapped


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A line of the answer, if any of it is under way, and what that means."""

    line: int | None
    meaning: str


def whereabouts(loop_thread: int, loop: asyncio.AbstractEventLoop | None, *, file: str) -> Whereabouts:
    """Look where a file's code stands: first on the event loop's thread, then in others, then in tasks that wait.

    Args:
        loop_thread: the event loop's thread, by `threading.get_ident()`.
        loop: the event loop.
        file: the answer's.

    """
    frames = sys._current_frames()
    line = line_of(frames.pop(loop_thread, None), file)
    if line is not None:
        return Whereabouts(line, "The event loop's only thread stands on this line and does not come back.")
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for thread, frame in frames.items():
        if (line := line_of(frame, file)) is not None:
            name = names.get(thread, "one of its own")
            return Whereabouts(line, f"A thread (`{name}`) stands on this line and does not come back.")
    for task in asyncio.all_tasks(loop) if loop is not None else ():
        if lines := list(awaited_lines(task.get_coro(), file)):
            return Whereabouts(lines[-1], "The code awaits something on this line, and it does not come.")
    return Whereabouts(None, "Nothing of your code is under way any more, and still there is no answer.")


def awaited_lines(coroutine: Any, file: str) -> Iterator[int]:
    """Give the lines of a file on which a coroutine waits, and those that it awaits in turn, innermost last."""
    while coroutine is not None and (frame := getattr(coroutine, "cr_frame", None)) is not None:
        if frame.f_code.co_filename == file:
            yield frame.f_lineno
        coroutine = coroutine.cr_await


def raised_on(error: BaseException, file: str | None) -> int | None:
    """Find the innermost line of a file through which an exception came: it may be raised by a module of the course.

    FastAPI refuses what a route gave when the route has returned: then the first line of the route, which FastAPI's
    exception knows.
    """
    error = unwrapped(error)
    stack = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    refused = (getattr(error, "endpoint_file", None), getattr(error, "endpoint_line", None))
    return next((line for name, line in [*reversed(stack), refused] if name == file), None)


_CALLBACK = asyncio.Handle._run.__code__


def line_of(frame: FrameType | None, file: str) -> int | None:
    """Find the innermost line of a file at or below a frame.

    What a callback of an event loop does is not done by the line that runs the loop, where one runs inside another.
    """
    while frame is not None and frame.f_code is not _CALLBACK:
        if frame.f_code.co_filename == file:
            return int(frame.f_lineno)
        frame = frame.f_back
    return None
