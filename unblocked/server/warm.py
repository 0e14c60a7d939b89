"""The owner's side of warm starts: one warm process, from which the processes of apps are copied."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Mapping
from typing import Literal, get_args

from unblocked import surroundings
from unblocked.course import course
from unblocked.processes import Child, Keeper, keeper
from unblocked.processes.lines import Lines
from unblocked.processes.starting import fresh, method

Use = Literal["app", "database", "worker"]
USES: tuple[Use, ...] = get_args(Use)
"""What a copy may be used for, in the order in which the process gets warm: an app, what has a database, a worker."""

_PATIENCE = 30.0
"""Seconds in which a process has imported everything, also on a machine that has other work."""


class Warm:
    """Keeps one warm process for the keeper of this process, and makes it anew when it is gone.

    It gets warm in steps, as far as somebody wants it: at first for an app, then for clients of databases, in the end
    for workers, too.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keeper: Keeper | None = None
        self._child: Child | None = None
        self._said: Lines | None = None
        self._warm: set[str] = set()  # for which uses
        self._last: Use = USES[0]  # for which it gets warm in the end
        self._settings: dict[str, str] = {}

    def process(self, env: Mapping[str, str]) -> Child | None:
        """Give the warm process for an app with this environment; None where the app needs a fresh Python.

        That is so as long as nothing is warm, where forking is not safe, and for settings that only a Python reads
        which is just starting, such as `PYTHONHASHSEED`. Copies of one process have the same hashes of texts.
        """
        if method() == "spawn":
            return None
        with self._lock:
            self._hear(within=0.0)
            return self._child if self._is_there() and self._warm and _settings(env) == self._settings else None

    def wait(self, use: Use, env: Mapping[str, str]) -> None:
        """Return when it is warm for this use: for whoever is to start several processes, and has begun it.

        What they have in common is imported sooner by one of them than by all of them, side by side on two cores. It
        returns at once where they need fresh Pythons, and where nothing gets warm.
        """
        end = time.monotonic() + _PATIENCE
        while method() != "spawn" and time.monotonic() < end:
            with self._lock:
                if not self._gets_warm_for(use) or use in self._warm or _settings(env) != self._settings:
                    return
                self._hear(within=0.05)

    def begin(self, use: Use = "app") -> None:
        """Start it, unless it is there: for whoever has started an app, and does not need the processor any more.

        One that does not get warm for this use gives way to one that does.
        """
        if method() == "spawn":
            return
        with self._lock:
            if not self._gets_warm_for(use):
                self._begin(use)

    def _is_there(self) -> bool:
        return self._child is not None and self._child.code is None and self._keeper is keeper()

    def _gets_warm_for(self, use: Use) -> bool:
        return self._is_there() and USES.index(use) <= USES.index(self._last)

    def _begin(self, use: Use) -> None:
        if self._child is not None and self._is_there():
            self._child.stop()
        self.close()
        self._last = use
        env = {name: value for name, value in surroundings.clean(os.environ).items() if name != "PYTHONPATH"}
        env |= {"PYTHONUNBUFFERED": "1"}
        self._keeper, self._settings = keeper(), _settings(env)
        argv = fresh("unblocked.server.copied", "@0", "@copies", use)
        self._child, line = self._keeper.start_with_line(argv, name="warm", env=env, cwd=course())
        self._said, self._warm = Lines(line), set()

    def _hear(self, *, within: float) -> None:
        while self._said is not None and (said := self._said.receive(within=within)):
            self._warm.add(said["warm"])
            if self._last in self._warm:
                self.close()

    def close(self) -> None:
        """Listen to it no longer; its keeper ends it."""
        if self._said is not None:
            self._said.close()
            self._said = None


def _settings(env: Mapping[str, str]) -> dict[str, str]:
    """Give what only a Python reads that is just starting."""
    apart = {"PYTHONPATH", "PYTHONUNBUFFERED"}
    return {name: value for name, value in env.items() if name.startswith("PYTHON") and name not in apart}


_warm = Warm()
atexit.register(_warm.close)


def warm() -> Warm:
    """Give this process's."""
    return _warm
