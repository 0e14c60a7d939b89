"""What an answer leaves on the disk: files that hold words which nobody else would have written."""

from __future__ import annotations

import os
import stat
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

_COMMON = "/tmp"
"""Where an answer has its temporary files that does not ask where they belong."""

MOST_FILES = 100
"""So many are looked at in each place: there are others that live in the same one."""


def files_with(words: Sequence[str], *, since: float, largest: int) -> list[Path]:
    """Find the files that hold one of these words: where the answer runs, and where temporary files are.

    Args:
        words: what to look for. Choose what no other file has: the places are shared with others.
        since: only what was written from this time on, as `time.time()` gives it.
        largest: only files of at most so many bytes.

    """
    encoded = [word.encode() for word in words]
    temporary = [path for place in {tempfile.gettempdir(), _COMMON} for path in _younger(place, since)]
    found = [path for place in (Path.cwd(), *temporary) for path in islice(_files(place), MOST_FILES)]
    return [path for path in dict.fromkeys(found) if _is_younger(path, since) and _holds(path, encoded, largest)]


def _entries(folder: Path) -> list[Path]:
    """Give what is in a folder; nothing where it is somebody else's, or gone by now."""
    with suppress(OSError):
        return list(folder.iterdir())
    return []


def _younger(folder: str, since: float) -> list[Path]:
    """Give what is in a folder and was written from this time on. A check asks often, among a thousand others."""
    with suppress(OSError), os.scandir(folder) as entries:
        return [Path(entry) for entry in entries if _is_younger(entry, since)]
    return []


def _is_younger(path: Path | os.DirEntry[str], since: float) -> bool:
    with suppress(OSError):
        return path.stat().st_mtime >= since
    return False


def _files(place: Path) -> Iterator[Path]:
    """Give a file, or every file below a folder, those that are least deep first."""
    waiting = deque([place])
    while waiting:
        path = waiting.popleft()
        with suppress(OSError):  # somebody else's, or gone by now
            kind = path.lstat().st_mode
            if stat.S_ISDIR(kind):
                waiting.extend(_entries(path))
            elif stat.S_ISREG(kind):  # who reads a pipe waits for who writes
                yield path


def _holds(path: Path, words: list[bytes], largest: int) -> bool:
    try:
        content = path.read_bytes() if path.stat().st_size <= largest else b""
    except OSError:
        return False
    return any(word in content for word in words)
