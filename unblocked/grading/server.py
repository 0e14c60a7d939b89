"""A server that one check has for itself, as a process: a database, a key-value store."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from unblocked.grading.patience import LOOK, stretch

_FAR = 20.0
"""Seconds after which a server that is still starting is given up; more on a machine that is busy."""


class Server:
    """Its process. The check may end it; where anybody else does, nothing can be said about the answer.

    Attributes:
        label: what it is called in a sentence.
        pid: its process id.

    """

    label: ClassVar[str]
    pid: int
    _on_loss: Callable[[str], object] | None = None

    def _begin(self, command: Sequence[str], **options: Any) -> None:
        """Start its process, the first one or another, in a session of its own."""
        self._process = subprocess.Popen(command, start_new_session=True, **options)
        self.pid = self._process.pid
        self._is_to_end = False
        self._watch()

    def _await_answer(self, is_there: Callable[[], bool]) -> None:
        """Return when this says that the process answers."""
        end = time.monotonic() + _FAR * stretch()
        while not is_there():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.label} did not start (exit code {self._process.returncode})")
            time.sleep(LOOK)

    def _end(self, kill: Callable[[], object]) -> None:
        """End its process for the check; return when it is gone."""
        self._is_to_end = True
        kill()
        self._process.wait()

    @property
    def loss(self) -> str:
        """How it was lost, as a sentence; empty while it runs, and where the check or a client has told it to end."""
        code = None if self._is_to_end else self._process.poll()
        if not code:
            return ""
        how = f"was ended from outside, by signal {-code}" if code < 0 else f"ended by itself, with exit code {code}"
        return f"{self.label}, which one of the checks had, {how}."

    def watch(self, on_loss: Callable[[str], object]) -> None:
        """Have this called with the sentence as soon as it is lost. It takes a thread: nothing may fork any more."""
        self._on_loss = on_loss
        self._watch()

    def _watch(self) -> None:
        if self._on_loss is not None:
            threading.Thread(target=self._await_loss, args=(self._process, self._on_loss), daemon=True).start()

    def _await_loss(self, process: subprocess.Popen[bytes], on_loss: Callable[[str], object]) -> None:
        process.wait()
        if process is self._process and self.loss:
            on_loss(self.loss)
