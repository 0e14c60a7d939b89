"""The learner's history, `progress.jsonl`: one line an entry, only ever appended to, by any number of processes."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unblocked.faults import Fault
from unblocked.workspace import folder

HISTORY = "progress.jsonl"
ASIDE = "progress.corrupt.jsonl"

_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT


def append(entry: dict[str, Any]) -> None:
    """Add one entry, with the time (UTC, ISO 8601) under `"at"`.

    Safe with several processes at once. Raises a `Fault` when it cannot be written; the history is then as before.

    >>> append({"kind": "attempt", "exercise": "other_requests_keep_moving", "passed": True})  # doctest: +SKIP
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"at": now} | entry, ensure_ascii=False, allow_nan=False)
    # Half a character, which only Python can hold, becomes the escape that JSON has for it.
    data = line.encode(errors="backslashreplace")
    with _locked(folder.workspace() / HISTORY, _APPEND, fcntl.LOCK_EX) as file:
        _add(file, [data])


def entries() -> list[dict[str, Any]]:
    """Return all entries that can be read, oldest first.

    A line that cannot be read stays where it is, is copied into `progress.corrupt.jsonl`, once, and counted by
    `set_aside`. Raises a `Fault` when the history as a whole cannot be read.
    """
    return _read()[0]


def set_aside() -> int:
    """Return how many lines of the history cannot be read. They are kept in `progress.corrupt.jsonl`."""
    return _read()[1]


def _read() -> tuple[list[dict[str, Any]], int]:
    """Return the entries and how many lines are none."""
    found: list[dict[str, Any]] = []
    corrupt: Counter[bytes] = Counter()
    for line in _lines(folder.workspace_place() / HISTORY):
        entry = _entry(line)
        if entry is None:
            corrupt[line] += 1
        else:
            found.append(entry)
    if corrupt:
        _keep(corrupt)
    return found, corrupt.total()


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _keep(corrupt: Counter[bytes]) -> None:
    """Copy to the side what is not there yet. A copy, because a history that is never rewritten cannot be lost so."""
    # Where it cannot be copied, now, it is still in the history and still counted.
    with suppress(Fault), _locked(folder.workspace() / ASIDE, _APPEND, fcntl.LOCK_EX) as file:
        _add(file, list((corrupt - Counter(_content(file))).elements()))


def _lines(path: Path) -> list[bytes]:
    if not path.exists():
        return []
    with _locked(path, os.O_RDONLY, fcntl.LOCK_SH) as file:
        return _content(file)


def _content(file: int) -> list[bytes]:
    """Return the lines of an open file that have something on them."""
    data = bytearray()
    while part := os.pread(file, 1 << 20, len(data)):
        data += part
    return [bytes(line) for line in data.split(b"\n") if line.strip()]


def _add(file: int, lines: list[bytes]) -> None:
    """Write the lines in one go. If only a part finds room, the file is cut back to what it was."""
    size = os.fstat(file).st_size
    # A crash can leave a line without its end. It must not swallow the next one.
    torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
    data = b"\n" * torn + b"".join(line + b"\n" for line in lines)
    try:
        folder.write_all(file, data)
    except OSError:
        with suppress(OSError):  # what cannot be cut back is a torn line, and read as one
            os.ftruncate(file, size)
        raise


@contextmanager
def _locked(path: Path, flags: int, lock: int) -> Iterator[int]:
    """Open a file and hold it against other processes; the system lets go of it even if this one is killed."""
    try:
        file = os.open(path, flags | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(file, lock)
            yield file
        finally:
            os.close(file)
    except OSError as error:
        raise folder.unsaved(path, error) if flags & os.O_CREAT else _unread(path, error) from error


def _unread(path: Path, error: OSError) -> Fault:
    return Fault(f"`{path}` cannot be read ({error.strerror}). Nothing in it is lost; mend that and do it again.")
