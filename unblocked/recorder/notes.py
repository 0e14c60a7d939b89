"""Notes on Celery tasks: one file, to which all processes append that send tasks or work on them, and its reader.

A file, because it must survive them: what a killed process did is known up to its last line.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unblocked.records import Kind, Stretch

SETTING = "UNBLOCKED_TASKS"
"""The variable of the environment that names the file."""


@dataclass(slots=True)
class Task:
    """What is known of a task.

    Attributes:
        id: its id.
        name: what it is called, such as `draw_label`.
        request: the id of the request on whose behalf it was sent, directly or by another task; empty for none.
        stretches: where it was so far.
        state: what it ended with last, `LOST` with its worker; empty if it has not ended.

    """

    id: str
    name: str = ""
    request: str = ""
    stretches: list[Stretch] = field(default_factory=list)
    state: str = ""
    _waits: float | None = None
    _works: float | None = None
    _worker: str = ""
    _is_kept: bool = False

    @property
    def forgotten_with(self) -> str:
        """The name of the worker that is at it, if the broker forgets it when it has heard of that; else empty."""
        return self._worker if self._works is not None and not self._is_kept else ""

    @property
    def over(self) -> bool:
        """Whether nobody will do anything for it any more."""
        return self.state not in ("", "RETRY") and self._waits is None and self._works is None

    def sent(self, at: float) -> None:
        """Note that the broker has it; again, where it is retried."""
        self._waits = at

    def began(self, at: float, worker: str, *, is_kept: bool) -> None:
        """Note that a worker began with it; `is_kept` says whether the broker keeps it until it is done."""
        self._end(at)  # it was lost before, and nobody said so
        if self._waits is not None:
            self._add("broker", min(self._waits, at), at)
        self._waits, self._works, self._worker, self._is_kept, self.state = None, at, worker, is_kept, ""

    def ended(self, at: float, state: str) -> None:
        """Note that a worker is done with it, for good or until it is sent or taken again."""
        self._end(at)
        if self._waits is not None and state == "RETRY":  # it was sent again before it ended
            self._waits = max(self._waits, at)
        elif self._waits is not None:  # revoked before anybody began
            self._add("broker", self._waits, at)
            self._waits = None
        self.state = state

    def lost(self, at: float, worker: str) -> None:
        """Note that a worker is gone: a task that it was at waits from now on, if the broker has kept it."""
        if self._works is not None and self._worker == worker:
            self.ended(at, "LOST")
            self._waits = at if self._is_kept else None

    def seen(self, now: float) -> list[Stretch]:
        """Give where it was, until now if it is not over."""
        kind: Kind = "broker" if self._works is None else "worker"
        since = self._waits if self._works is None else self._works
        if since is None:
            return list(self.stretches)
        return [*self.stretches, Stretch(kind, since, max(since, now), self.name)]

    def _end(self, at: float) -> None:
        if self._works is not None:
            self._add("worker", self._works, at)
            self._works = None

    def _add(self, kind: Kind, start: float, end: float) -> None:
        self.stretches.append(Stretch(kind, start, max(start, end), self.name))


class Notes:
    """The file. Every line is written in one go, so that those of several processes do not mix."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1

    def add(self, what: str, *, at: float | None = None, **more: Any) -> None:
        """Append a note: what happened to which task (`id`), or to which `worker`, and when."""
        if self._file < 0:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        line = json.dumps({"what": what, "at": time.perf_counter() if at is None else at, **more})
        os.write(self._file, line.encode() + b"\n")

    def tasks(self) -> dict[str, Task]:
        """Give what is known of every task, by its id."""
        known: dict[str, Task] = {}
        for note in sorted(self._read(), key=lambda note: note["at"]):
            if note["what"] == "gone":
                for task in known.values():
                    task.lost(note["at"], note["worker"])
                continue
            task = known.setdefault(note["id"], Task(note["id"]))
            task.name, task.request = note.get("name") or task.name, note.get("request") or task.request
            match note["what"]:
                case "sent":
                    task.sent(note["at"])
                case "began":
                    task.began(note["at"], note["worker"], is_kept=note["kept"])
                case "ended":
                    task.ended(note["at"], note["state"])
        return known

    def _read(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:  # the last one of a process that was killed
                continue
