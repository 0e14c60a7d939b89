"""The owner's side of warm starts: one warm process, from which the processes of apps are copied."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping

from unblocked import surroundings
from unblocked.course import course
from unblocked.processes import Child, Keeper, keeper
from unblocked.processes.lines import Lines
from unblocked.processes.starting import method


class Warm:
    """Keeps one warm process for the keeper of this process, and makes it anew when it is gone. Nobody waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keeper: Keeper | None = None
        self._child: Child | None = None
        self._said: Lines | None = None  # until it has said that it is warm
        self._settings: dict[str, str] = {}

    def process(self, env: Mapping[str, str]) -> Child | None:
        """Give the warm process for an app with this environment; None where the app needs a fresh Python.

        That is so as long as nothing is warm, where forking is not safe, and for settings that only a Python reads
        which is just starting, such as `PYTHONHASHSEED`. Copies of one process have the same hashes of texts.
        """
        if method() == "spawn":
            return None
        with self._lock:
            return self._child if self._is_there() and self._is_warm() and _settings(env) == self._settings else None

    def begin(self) -> None:
        """Start it, unless it is there: for whoever has started an app, and does not need the processor any more."""
        if method() == "spawn":
            return
        with self._lock:
            if not self._is_there():
                self._begin()

    def _is_there(self) -> bool:
        return self._child is not None and self._child.code is None and self._keeper is keeper()

    def _begin(self) -> None:
        self._close()
        env = {name: value for name, value in surroundings.clean(os.environ).items() if name != "PYTHONPATH"}
        env |= {"PYTHONUNBUFFERED": "1"}
        self._keeper, self._settings = keeper(), _settings(env)
        argv = [sys.executable, "-m", "unblocked.server.copied", "@0", "@copies"]
        self._child, line = self._keeper.start_with_line(argv, name="warm", env=env, cwd=course())
        self._said = Lines(line)

    def _is_warm(self) -> bool:
        if self._said is not None and self._said.receive(within=0.0):
            self._close()
        return self._said is None

    def _close(self) -> None:
        if self._said is not None:
            self._said.close()
            self._said = None


def _settings(env: Mapping[str, str]) -> dict[str, str]:
    """Give what only a Python reads that is just starting."""
    apart = {"PYTHONPATH", "PYTHONUNBUFFERED"}
    return {name: value for name, value in env.items() if name.startswith("PYTHON") and name not in apart}


_warm = Warm()


def warm() -> Warm:
    """Give this process's."""
    return _warm
