"""A served app, as its owner sees it: where it is, what it printed, what it recorded."""

from __future__ import annotations

import contextlib
import html
import itertools
import signal
import socket
import threading
from pathlib import Path
from typing import Any, Self

from unblocked.faults import Fault
from unblocked.processes import Child
from unblocked.processes.lines import Lines
from unblocked.records import Recording, Stretch, Trace
from unblocked.server.browser import link
from unblocked.server.failure import Failure
from unblocked.server.source import Source
from unblocked.server.target import Target

START_LIMIT = 60.0
"""Seconds after which an app that is still starting is given up."""


class Served:
    """A service that runs. Use it as it is, or in a `with` block, which ends it.

    Attributes:
        url: its address, such as `http://127.0.0.1:40123`.
        name: the lab, module or file that it was made of.
        pid: its process id.

    Example:
        >>> with serve("routes") as parcel:
        ...     parcel.requests
        0

    """

    def __init__(self, target: Target, child: Child, connection: socket.socket, *, url: str) -> None:
        self.target, self.url, self.name, self.pid = target, url, target.name, child.pid
        self._child = child
        child.announce(target.name, url)
        self._lines = Lines(connection)
        self._asking = threading.Lock()
        self._questions = itertools.count(1)

    def _become(self, other: Self) -> None:
        """Go on as another one, which was started in the place of one that has ended."""
        with contextlib.suppress(OSError):
            self._lines.close()
        self.pid, self._child, self._lines = other.pid, other._child, other._lines

    def begin(self) -> None:
        """Let its lifespan begin, where it was started to wait for that."""
        with contextlib.suppress(OSError):  # it has ended: `wait_until_ready` says why
            self._lines.send(begin=True)

    def wait_until_ready(self) -> None:
        """Return when requests are answered.

        Raises:
            Fault: it failed, with its own traceback cut to its author's lines; or it is still starting after a minute.

        """
        try:
            message = self._lines.receive(within=START_LIMIT)
        except KeyboardInterrupt:
            self.stop()
            raise
        if message is None or not message.get("ready"):
            fault = self._why_not(message)
            self.stop()
            raise fault

    def _why_not(self, message: dict[str, Any] | None) -> Fault:
        if message is not None:
            return Failure(**message["failed"]).fault(self.name)
        if self._child.code is None and self._child.wait(0.5) is None:
            waited = f"`{self.name}` is still starting after {START_LIMIT:.0f} s."
            return Fault(f"{waited} Does its lifespan, or a line at its top level, never end?")
        printed = f"It printed:\n\n{self.log}" if self.log else "Does its code call `os._exit()`? It printed nothing."
        return Fault(f"`{self.name}` ended while it started, with code {self._child.code}. {printed}")

    @property
    def log(self) -> str:
        """What it has printed so far, uvicorn's access log included."""
        try:
            return self._child.log.read_text(errors="replace")
        except FileNotFoundError:  # the runtime folder goes with the owner
            return ""

    @property
    def log_file(self) -> Path:
        """The file that the log is in."""
        return self._child.log

    @property
    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None while it runs."""
        return self._child.code

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self._child.code is None

    @property
    def requests(self) -> int:
        """How many requests it has received, by its own count."""
        return int(self._ask({"ask": "count"})["count"])

    def recording(self, prefix: str = "") -> Recording:
        """Give what it recorded of the requests whose id begins with a prefix."""
        data = self._ask({"ask": "recording", "prefix": prefix})["recording"]
        traces = [Trace(**{**t, "stretches": [Stretch(**s) for s in t["stretches"]]}) for t in data["traces"]]
        lag = [(when, late) for when, late in data["lag"]]
        return Recording(traces, lag, data["tokens"], data["dropped"])

    def code(self, name: str) -> Source:
        """Show a function of the app, with its decorators; of a lab, also one from a module beside it.

        Raises:
            Fault: it has no such function; the nearest names are in the message.

        """
        source = self.target.source
        beside = [] if self.target.is_file else sorted(set(source.parent.glob("*.py")) - {source})
        return Source.of([source, *beside], name)

    def kill(self) -> None:
        """End it as a crash does, without a last word; return when its process is gone."""
        self._child.signal(signal.SIGKILL)
        self._child.wait()

    def stop(self) -> None:
        """End it; return when its process is gone and its port is free."""
        self._child.stop()
        with contextlib.suppress(OSError):
            self._lines.close()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        with self._asking, contextlib.suppress(OSError):
            number = next(self._questions)
            self._lines.send(**question, number=number)
            while (answer := self._lines.receive()) is not None:
                if answer.get("number") == number:  # not that of a question that was interrupted
                    return answer
        raise Fault(f"`{self.name}` does not run any more. Run the cell with `serve(…)` again.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = f"runs at {self.url}" if self.running else "has ended"
        return f"`{self.name}` {state}"

    def _repr_html_(self) -> str:
        name, url = html.escape(self.name), html.escape(self.url)
        way, docs = html.escape(link(self.url)), html.escape(link(f"{self.url}/docs"))
        if not self.running:
            return f"<p><code>{name}</code> has ended.</p>"
        links = f'<a href="{docs}" target="_blank" rel="noopener">try its routes</a>'
        return f'<p><code>{name}</code> runs at <a href="{way}" target="_blank" rel="noopener">{url}</a> · {links}</p>'
