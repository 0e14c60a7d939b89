"""One installation at a time: whoever comes second waits for the first."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from unblocked.bootstrap import console

_UNSUPPORTED = {errno.ENOTSUP, errno.EINVAL, errno.ENOLCK, errno.EBADF, errno.ENOSYS}


@contextlib.contextmanager
def turn(folder: Path) -> Iterator[int]:
    """Wait until nobody else installs here, and give the descriptor that holds the turn.

    The folder itself is locked, so that no file is left behind. The installer inherits the descriptor: if we are killed
    and it runs on, the turn is still its own.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _take(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        console.say("Another command is installing the course at this moment: waiting for it.")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:  # some network file systems cannot lock a folder: then without
            raise
