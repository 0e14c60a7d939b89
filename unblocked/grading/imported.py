"""An imported answer, as a check sees it: its functions, run on an event loop in a thread of their own."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import os
import selectors
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter  # kept: an answer may replace what is in `time`
from types import ModuleType
from typing import Any

from unblocked.grading.board import Board
from unblocked.grading.checking import Unmet
from unblocked.grading.subject import Subject
from unblocked.grading.whereabouts import Whereabouts, awaited_lines, line_of, whereabouts
from unblocked.outside import Call, Outside
from unblocked.processes import kernel
from unblocked.records import Request
from unblocked.server.failure import Failure

_MOST_SHOWN = 300


class Started:
    """A call of one of the answer's coroutine functions, under way; as text, how it has ended."""

    def __init__(self, answer: Imported, function: Callable[..., Any], args: tuple[Any, ...], options: Any) -> None:
        self._answer = answer
        self.name = function.__name__
        self.value: Any = None
        self.error: BaseException | None = None
        self.over = False
        self._task: asyncio.Task[Any] | None = None
        answer.loop.call_soon_threadsafe(self._begin, function, args, options)

    def _begin(self, function: Callable[..., Any], args: tuple[Any, ...], options: Any) -> None:
        self._task = self._answer.loop.create_task(self._run(function, args, options), name=self.name)

    async def _run(self, function: Callable[..., Any], args: tuple[Any, ...], options: Any) -> None:
        try:
            self.value = await function(*args, **options)
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is the answer's, and is told
            self.error = error
        finally:
            self.over = True
            self._answer.board.touch()

    def __str__(self) -> str:
        if not self.over:
            return "no end"
        if self.error is None:
            return f"returned {self.value!r}"[:_MOST_SHOWN]
        group = "a group with " if isinstance(self.error, BaseExceptionGroup) else ""
        return f"raised {group}{Failure.of(self.error).message}"[:_MOST_SHOWN]

    def cancel(self) -> None:
        """Cancel it, as its caller would."""
        self._answer.loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())

    def wait(self) -> Started:
        """Wait until it has ended, in whatever way; when it does not, the check is over and says where it stands."""
        if not self._answer.ends(lambda: self.over):
            where, got = self._answer.whereabouts(), f"no end within {self._answer.limit:g} s"
            raise Unmet(did=f"waited for `{self.name}`", got=got, expected="an end", hung=True,
                        line=where.line, meaning=where.meaning)  # fmt: skip
        return self

    def finish(self) -> Any:
        """Wait for its value; when it raises instead, the check is over and says what and where."""
        self.wait()
        if self.error is not None:
            failure = Failure.of(self.error)
            raise Unmet(did=f"awaited `{self.name}`", got=failure.message, expected="a value", line=failure.line,
                        meaning="Your function raised instead of returning.")  # fmt: skip
        return self.value

    @property
    def line(self) -> int | None:
        """The line of the called function itself that waits at the moment."""
        return next(iter(self._lines()), None)

    @property
    def innermost(self) -> int | None:
        """The line of the answer that waits at the moment, however deep it was called."""
        return next(reversed(self._lines()), None)

    def _lines(self) -> list[int]:
        """Follow what the task awaits, coroutine by coroutine."""
        return list(awaited_lines(self._task.get_coro(), self._answer.file)) if self._task else []


class Imported(Subject):
    """The learner's functions, in the process of the check that uses them.

    Attributes:
        loop: the event loop on which they run.
        thread: the loop's; it is not the check's.

    """

    def __init__(
        self,
        board: Board,
        module: ModuleType,
        *,
        carriers: Outside,
        limit: float,
        selector: selectors.BaseSelector | None = None,
    ) -> None:
        super().__init__(board, carriers, limit=limit)
        self._module = module
        self.file = str(module.__file__)
        self.loop = asyncio.SelectorEventLoop(selector)  # whatever policy the answer sets: what watches it knows this
        self.thread = threading.Thread(target=self.loop.run_forever, name="event loop", daemon=True)
        self.thread.start()

    def __getitem__(self, name: str) -> Any:
        """Give something that the answer defines; the check is over when it does not."""
        if not hasattr(self._module, name):
            raise Unmet(did=f"looked for `{name}`", got="no such name", expected=f"`{name}`", line=None,
                        meaning=f"Your answer must define `{name}`, spelled like this.")  # fmt: skip
        return getattr(self._module, name)

    def start(self, name: str, *args: Any, **options: Any) -> Started:
        """Call a coroutine function of the answer, without waiting for its end."""
        function = self[name]
        if not inspect.iscoroutinefunction(inspect.unwrap(function)):  # a cache around it may not say what it is
            raise Unmet(did=f"called `{name}`", got="a function that cannot be awaited", expected=f"`async def {name}`",
                        line=None, meaning=f"`{name}` must be a coroutine function.")  # fmt: skip
        return Started(self, function, args, options)

    def run(self, name: str, *args: Any, **options: Any) -> Any:
        """Call a coroutine function of the answer and wait for its value."""
        return self.start(name, *args, **options).finish()

    @property
    def tasks(self) -> int:
        """How many tasks are still under way on the loop."""
        return len([task for task in asyncio.all_tasks(self.loop) if not task.done()])

    def beats(self) -> bool:
        """Let the loop make a turn."""
        turned = threading.Event()

        def turn() -> None:
            turned.set()
            self.board.touch()

        self.loop.call_soon_threadsafe(turn)
        return self.comes(turned.is_set)

    def is_asleep(self) -> bool | None:
        """Look at the loop's thread."""
        return kernel.is_asleep(os.getpid(), self.thread.native_id or 0)

    def is_quiet(self) -> bool | None:
        """Look at all threads of this process but the one that asks, at what it started, and at the servers beside."""
        return self._all_sleep([kernel.are_asleep(os.getpid(), but=threading.get_native_id())])

    def spent(self) -> float | None:
        """Look at this process, and at those that the answer has started."""
        return kernel.processor_time(os.getpid())

    def stands_on(self) -> int | None:
        """Look at the loop's thread."""
        return line_of(sys._current_frames().get(self.thread.ident or 0), self.file)

    def whereabouts(self) -> Whereabouts:
        """Look at all threads and tasks of this process."""
        return whereabouts(self.thread.ident or 0, self.loop, file=self.file)

    def seen(self) -> dict[str, Any]:
        """Give what is to be drawn: the questions that the answer put to the outside world."""
        requests = [dataclasses.asdict(_as_request(n, call)) for n, call in enumerate(self.carriers.calls, 1)]
        return {"requests": requests, "recording": None, "mark": None}


def _as_request(number: int, call: Call) -> Request:
    left = call.left or perf_counter()
    cause = "given up" if call.gone else "" if call.left else "still held"
    return Request(f"call-{number}", "GET", call.path, call.arrived, call.arrived, left, None, cause)


def load(path: str) -> ModuleType:
    """Import an answer from its file. Whatever its code raises comes through as it is."""
    name = Path(path).stem  # by which other processes of the answer can import it as well
    module = ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    sys.path.insert(0, str(Path(path).parent))
    exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), module.__dict__)
    return module
