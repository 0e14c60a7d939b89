"""Serves in a terminal until Ctrl-C: shows the log, and starts the app anew when a file is saved."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TextIO

from unblocked.faults import Fault
from unblocked.outside import Outside
from unblocked.server.saves import Saves
from unblocked.server.served import Served
from unblocked.server.serving import listen, start
from unblocked.server.target import Target
from unblocked.server.warm import warm
from unblocked.stack.beside import Beside
from unblocked.stack.needs import BROKER, DATABASE, PARTS, Needs
from unblocked.stack.printed import Printed


def run(target: str, *, port: int = 0, latency: float = 0.5, reload: bool = True, out: TextIO = sys.stdout) -> int:
    """Serve until Ctrl-C.

    The port stays open all the time, so that a request that comes during a reload waits for its answer.

    Args:
        target: a lab, an import string or a file, as for `serve`.
        port: where it listens on this machine; any free port if not given.
        latency: seconds that the carriers take for an answer.
        reload: whether a saved file starts the app anew.
        out: where everything is printed.

    Returns:
        The exit code: 0 after Ctrl-C, 1 when the app ended by itself and nothing can start it again, 2 for a fault.

    Example:
        >>> run("routes", port=8000)  # doctest: +SKIP
        0

    """
    try:
        found = Target.of(target)
        with (
            listen(port) as listening,
            Outside(latency=latency) as carriers,
            Beside(Needs.of(found), carriers=carriers, env={}) as beside,
        ):
            beside.prepare()
            beside.wait_until_prepared()
            saves = Saves(found.source.parent if reload else None)
            with _Station(found, listening, carriers, saves, beside, out) as station:
                return station.stay()
    except KeyboardInterrupt:
        print("\nStopped." if out.isatty() else "Stopped.", file=out, flush=True)  # the terminal has written `^C`
        return 0
    except Fault as fault:
        print(fault.message, file=out, flush=True)
        return 2


class _Station:
    """One app in a terminal: it is starting, or answers, or is down until a file is saved."""

    def __init__(
        self,
        target: Target,
        listening: socket.socket,
        carriers: Outside,
        saves: Saves,
        beside: Beside,
        out: TextIO,
    ) -> None:
        self._target, self._listening, self._carriers, self._beside = target, listening, carriers, beside
        self._saves, self._out = saves, out
        self._reloads = saves.folder is not None and not saves.trouble
        self._outcomes: queue.SimpleQueue[tuple[Served, Fault | None]] = queue.SimpleQueue()
        self._answers = False
        self._greet()
        self._begin()

    def stay(self) -> int:
        """Look after it, turn by turn; give the exit code when there is nothing left to do."""
        while True:
            saved = self._saves.wait()
            self._log.copy()
            self._hear()
            self._look_after_parts()
            if self._answers and not self._service.running:
                self._answers = False
                self._say_end()
                if not self._reloads:
                    return 1
            if saved:
                self._begin_anew(saved)
            elif self._reloads and self._saves.trouble:
                self._reloads = False
                self._say_trouble()

    def _look_after_parts(self) -> None:
        """Say once of each part that has ended by itself."""
        for name, part in self._beside.parts.items():
            if self._answers and not part.running and name not in self._ended:
                self._ended.add(name)
                self._say(f"\n`{name}` of `{self._target.name}` has ended by itself, {_how(part.exit_code)}.")

    def _greet(self) -> None:
        url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._say(f"`{self._target.name}` is at {url}")
        self._say(f"try its routes at {url}/docs")
        self._say(f"its carriers answer after {self._carriers.latency:g} s")
        if database := self._beside.parts.get(DATABASE):
            self._say(f"its database is {database.where}")
        if broker := self._beside.parts.get(BROKER):
            self._say(f"its broker is {broker.where}; each line of a worker has the worker's name")
        if self._saves.trouble:
            self._say_trouble()
        elif self._saves.folder:
            self._say(f"it starts anew when a `.py` file is saved in {_short(self._saves.folder)}")
        self._say("Ctrl-C ends it\n")

    def _begin(self) -> None:
        self._beside.hire()
        self._service = start(self._target, self._listening, carriers=self._carriers, env=self._beside.env, make=Served)
        self._ended: set[str] = set()
        logs = {name: part.log_file for name, part in self._beside.parts.items() if name not in PARTS}
        self._log = Printed(self._out, {"": self._service.log_file, **logs})
        threading.Thread(target=self._await, args=(self._service,), daemon=True).start()

    def _await(self, service: Served) -> None:
        """Wait in a thread for how its start goes, so that a save is noticed while an app hangs."""
        try:
            service.wait_until_ready()
            self._beside.wait_until_ready()
        except Fault as fault:
            self._outcomes.put((service, fault))
        else:
            self._outcomes.put((service, None))

    def _hear(self) -> None:
        while not self._outcomes.empty():
            service, fault = self._outcomes.get()
            if service is not self._service:  # ended by a later save
                continue
            if fault is not None:
                self._log.copy()
                self._say_broken(fault)
            self._answers = fault is None
            warm().begin(self._beside.needs.use)

    def _begin_anew(self, saved: list[Path]) -> None:
        self._end()
        names = ", ".join(f"`{_short(path)}`" for path in saved)
        self._say(f"\n{names} {'was' if len(saved) == 1 else 'were'} saved: `{self._target.name}` starts anew.")
        self._begin()

    def _end(self) -> None:
        self._answers = False
        self._service.stop()
        self._beside.dismiss()
        self._log.copy()
        self._log.close()

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    def _say_broken(self, fault: Fault) -> None:
        if not self._reloads:
            raise fault
        self._say(f"\n{fault.message}\n\nIt starts anew at the next save; requests wait until then.")

    def _say_end(self) -> None:
        how = _how(self._service.exit_code)
        after = " It starts anew at the next save; requests wait until then." if self._reloads else ""
        self._say(f"\n`{self._target.name}` has ended by itself, {how}.{after}")

    def _say_trouble(self) -> None:
        why = f"Files cannot be watched here: {self._saves.trouble.rstrip('.')}."
        self._say(f"{why} After a save, end this with Ctrl-C and start it again.")

    def __enter__(self) -> _Station:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(KeyboardInterrupt):  # a second Ctrl-C: the guard ends what is left
            self._service.stop()
        self._log.close()


def _how(code: int | None) -> str:
    """Say in words how a process has ended."""
    code = code or 0
    return f"with code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"


def _short(path: Path) -> str:
    """Write a path from where one stands, if it is below."""
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)
