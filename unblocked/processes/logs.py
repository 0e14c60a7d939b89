"""The files that hold what processes print; cut where they grow too long, or a loop of `print` would fill the disk."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

MOST = 50_000_000
"""Bytes after which a log is cut."""

KEPT = 1_000_000
"""Bytes at its end that stay."""

NOTE = f"[The log was longer than {MOST // 1_000_000} MB. What stood before this line is gone.]\n"


def shorten(path: Path) -> None:
    """Cut a log that has grown too long: only its end stays, below a line that says so.

    Whoever writes goes on, since logs are opened for appending. What is printed at this very moment may be lost, too.
    """
    with contextlib.suppress(FileNotFoundError):  # whoever owns it has removed it
        if path.stat().st_size <= MOST:
            return
        with path.open("r+b", buffering=0) as log:
            log.seek(-KEPT, os.SEEK_END)
            end = NOTE.encode() + log.read(KEPT).partition(b"\n")[2]  # from the beginning of a line
            log.seek(0)
            log.write(end)
            log.truncate(len(end))  # last: what is appended before goes, what comes after stands behind it
