"""Whose turn it is: so many gradings run at once on this machine, and the others wait.

An answer may have short deadlines of its own. Where twenty gradings share two cores they would run out, and a verdict
would tell of the crowd instead of the answer. Twenty that take turns are not slower together.
"""

from __future__ import annotations

import fcntl
import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

from unblocked.processes import runtime

AT_ONCE = 2 * (os.cpu_count() or 1)
"""Gradings of this user that run at once. More than cores, for many answers are waited for while they sleep."""


@contextmanager
def turn(at_once: int = AT_ONCE) -> Iterator[None]:
    """Wait for one of so many turns, and have it; it also ends with the process that has it."""
    with runtime.shared("turns") as folder, ExitStack() as files:
        if folder is not None:
            places = [files.enter_context((folder / str(n)).open("a")) for n in range(at_once)]
            random.shuffle(places)  # else all who wait would wait for the same
            if not any(_is_free(place) for place in places):
                fcntl.flock(places[0], fcntl.LOCK_EX)
        yield


def _is_free(place: IO[str]) -> bool:
    """Take a place if nobody has it, and say whether that was so."""
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
