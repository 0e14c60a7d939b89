"""A server beside an app, as its owner sees it: it runs, prints, pauses, and ends."""

from __future__ import annotations

import contextlib
import signal
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self

from unblocked.processes import Child, kernel


class Stoppable(Protocol):
    """What can be ended."""

    def stop(self) -> None:
        """End it."""


@contextlib.contextmanager
def ended_on_failure(started: Stoppable) -> Iterator[None]:
    """End what was started when what waits for it to be ready fails, or is interrupted."""
    try:
        yield
    except BaseException:
        started.stop()
        raise


class Backend(ABC):
    """A kept process that serves others. Use it as it is, or in a `with` block, which ends it.

    Attributes:
        name: what it is, such as `valkey`.
        where: how it is reached, in words.
        pid: its process id.

    """

    def __init__(self, child: Child, *, name: str, where: str) -> None:
        self._child = child
        self.name, self.where, self.pid = name, where, child.pid
        self._kept = child.announce(name, where)

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._child.code is None

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None while it runs."""
        return self._child.code

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self._child.printed

    @property
    def log_file(self) -> Path:
        """The file that the log is in."""
        return self._child.log

    @property
    def memory(self) -> int | None:
        """Bytes of memory that it uses; None when it has ended."""
        return self._kept.memory

    def stop(self) -> None:
        """End it in good order; return when it is gone."""
        self._child.stop()

    def kill(self) -> None:
        """End it as a crash does, without a last word; return when it is gone."""
        self._child.signal(signal.SIGKILL)
        self._child.wait()

    @abstractmethod
    def again(self) -> Self:
        """Start another one in its place; for whoever has killed it."""

    def pause(self) -> None:
        """Keep it from doing anything until `go_on`: who asks it is connected, and hears nothing."""
        self._child.signal(signal.SIGSTOP)
        kernel.await_stop(self.pid)

    def go_on(self) -> None:
        """End the pause."""
        self._child.signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"`{self.name}` {f'runs at {self.where}' if self.running else 'has ended'}"
