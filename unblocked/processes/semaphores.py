"""The named semaphores of `multiprocessing`, as a pool of spawned processes has them; gone with their owner.

They lie in memory under random names, and are removed by a process that ends when the pool's does. After both are
killed, only their names tell whose they were. Linux only: elsewhere no folder lists them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_MEMORY = Path("/dev/shm")
_SETTING = "UNBLOCKED_SEMAPHORES"


def setting(folder: Path) -> dict[str, str]:
    """Give the setting by which a process names its semaphores after an owner's folder."""
    return {_SETTING: folder.name}


def name_after_owner() -> None:
    """Have the semaphores of this process, and of those that it will start, named as its environment says."""
    if sys.platform.startswith("linux") and (owner := os.environ.get(_SETTING)):
        from multiprocessing import process  # not wanted where they are removed

        process.current_process()._config["semprefix"] = f"/{owner}"  # type: ignore[attr-defined]


def remove(folder: Path) -> None:
    """Remove all that are named after an owner's folder."""
    for left in _MEMORY.glob(f"sem.{folder.name}-*"):
        left.unlink(missing_ok=True)
