"""The verb `services`: what runs for this user, where, since when, and how much memory it takes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from html import escape

from unblocked.processes import register
from unblocked.processes.register import Kept

_HEAD = ("service", "where", "since", "memory", "started by")


@dataclass(frozen=True, slots=True)
class Roll:
    """What runs, as a table in a notebook and as text elsewhere."""

    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        if not self.rows:
            return "Nothing runs."
        wide = [max(map(len, column)) for column in zip(_HEAD, *self.rows, strict=True)]
        lines = [[cell.ljust(width) for cell, width in zip(row, wide, strict=True)] for row in (_HEAD, *self.rows)]
        return "\n".join("  ".join(line).rstrip() for line in lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.rows:
            return "<p>Nothing runs.</p>"
        head = "".join(f'<th scope="col">{word}</th>' for word in _HEAD)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def services() -> Roll:
    """Show what runs for you on this machine: apps, databases, brokers, workers; also those of other notebooks.

    Example:
        >>> services()  # doctest: +SKIP
        service  where                                  since     memory  started by
        valkey   /tmp/unblocked-1000-k2m4/valkey.sock   14:03:21  5 MB    this process
        routes   http://127.0.0.1:40123                 14:03:22  62 MB   this process

    """
    return Roll(tuple(_row(kept, memory) for kept in register.every() if (memory := kept.memory) is not None))


def _row(kept: Kept, memory: int) -> tuple[str, ...]:
    since = time.strftime("%H:%M:%S", time.localtime(kept.since))
    by = "this process" if kept.owner == os.getpid() else f"process {kept.owner}"
    return kept.name, kept.where, since, f"{memory / 1e6:.0f} MB", by
