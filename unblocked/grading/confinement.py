"""The limits of a process that runs an answer: accidents stay small. It is no sandbox against attackers."""

from __future__ import annotations

import contextlib
import mmap
import os
import resource
import struct
import sys
from typing import Any

MOST_MEMORY = 4 << 30
MOST_PROCESSES = 100

_STARTS = {"os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen"}


def confine() -> None:
    """Limit the memory, core files, and how many processes it and all its descendants may start."""
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    counter = mmap.mmap(-1, 8)  # shared with every descendant
    me = os.getpid()

    def count(event: str, _: Any) -> None:
        if event not in _STARTS:
            return
        started = struct.unpack("q", counter[:8])[0] + 1
        counter[:8] = struct.pack("q", started)
        if started > MOST_PROCESSES:
            if os.getpid() != me:  # one of many copies: it would only go on
                os._exit(1)
            raise RuntimeError(f"this answer has started {MOST_PROCESSES} processes, which is enough")

    sys.addaudithook(count)
