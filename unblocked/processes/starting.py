"""How the course starts a Python process: as a fork of a warm one, or as a fresh Python where forking is not safe."""

from __future__ import annotations

import os
import sys
from typing import Literal, cast

METHOD = "UNBLOCKED_START_METHOD"
"""The variable that chooses: `fork` or `spawn`."""


def method() -> Literal["fork", "spawn"]:
    """Say how processes are started: by forking on Linux, where that was tried; by spawning elsewhere."""
    chosen = os.environ.get(METHOD) or ("fork" if sys.platform.startswith("linux") else "spawn")
    if chosen not in {"fork", "spawn"}:
        raise ValueError(f"`{METHOD}` is `{chosen}`; it can be `fork` or `spawn`.")
    return cast(Literal["fork", "spawn"], chosen)


def fresh(module: str, *words: str) -> list[str]:
    """Give the command of a fresh Python that runs a module of the course.

    It does not look for modules in its working folder, where a learner's file may be called `asyncio.py`.

    >>> fresh("unblocked.server.process", "@0")[1:]
    ['-P', '-m', 'unblocked.server.process', '@0']
    """
    return [sys.executable, "-P", "-m", module, *words]
