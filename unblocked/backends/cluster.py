"""The files of a PostgreSQL server: a template that is made once, and copies of it for servers that begin with nothing.

A copy takes a tenth of the processor time of `initdb`. It has one empty database besides the template of new ones.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from unblocked.backends import binaries, unprivileged
from unblocked.faults import Fault

NAME = "parcel"
"""The database, and the role that owns it."""

_RECIPE = 1
"""Counted up when a template is made in another way, so that the old one is not used."""

_UNPRIVILEGED = Path(unprivileged.__file__)

_SETTINGS = """
listen_addresses = ''           # only the socket, which only this user can reach
unix_socket_permissions = 0700
fsync = off                     # the data is not kept for longer than this machine runs
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_logical_replication_workers = 0
max_parallel_workers_per_gather = 0
autovacuum = off
jit = off
shared_buffers = 16MB
timezone = 'UTC'
log_timezone = 'UTC'
"""

_SLIM = f"""ALTER DATABASE postgres RENAME TO {NAME};
UPDATE pg_database SET datistemplate = false WHERE datname = 'template0';
DROP DATABASE template0;
CHECKPOINT;
"""


def command(program: str, data: Path, *words: str) -> list[str]:
    """Give the command of one of PostgreSQL's programs, as somebody whom it does not refuse.

    Args:
        program: `postgres` or `initdb`.
        data: the folder of the data that it works with.
        words: what follows.

    Raises:
        Fault: there is no PostgreSQL to be had here, or none for root.

    """
    argv = [str(binaries.postgres().with_name(program)), *words]
    if os.geteuid() != 0:
        return argv
    if not sys.platform.startswith("linux"):
        raise Fault("PostgreSQL does not run for root. Use the course as another user.")
    return [sys.executable, "-I", "-S", str(_UNPRIVILEGED), str(data), *argv]


def server(data: Path) -> list[str]:
    """Give the command of a server with this data, whose socket is in the folder above."""
    return command("postgres", data, "-D", str(data), "-k", str(data.parent))


def address(data: Path) -> str:
    """Give the address of the database of a server with this data."""
    return f"postgresql://{NAME}@/{NAME}?host={data.parent}"


def is_ready(data: Path, pid: int) -> bool:
    """Say whether the server with this process id takes connections, as `pg_ctl` does: it writes that down itself."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    of_another = lines[:1] != [str(pid)]  # one that was killed leaves it
    return not of_another and [line.strip() for line in lines[7:8]] == ["ready"]


def lay_out(data: Path) -> None:
    """Make the data of a server that begins with one empty database.

    Raises:
        Fault: there is no PostgreSQL to be had here, or `initdb` fails.

    """
    template = _template()
    try:
        if not template.exists():
            _make_once(template)
        _copied(template, data)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        _make(data)  # this installation is shared with others, or read-only


def _home() -> Path:
    return Path(sys.prefix) / "postgres"


def _template() -> Path:
    """Give its place, which another version of the server does not share."""
    told = binaries.postgres().stat()
    return _home() / f"{told.st_size:x}-{int(told.st_mtime):x}.{_RECIPE}"


def _make_once(template: Path) -> None:
    making = template.with_name("making")
    with _alone(template.with_name("lock")):
        if not template.exists():
            shutil.rmtree(making, ignore_errors=True)  # of somebody who was killed
            _make(making)
            making.rename(template)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _copied(template: Path, data: Path) -> None:
    shutil.copytree(template, data, copy_function=shutil.copyfile)
    data.chmod(0o700)  # PostgreSQL insists


def _make(data: Path) -> None:
    """Make the data in a folder that only this user can enter, and put it at its place when it is complete."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=data.parent) as folder:
        fresh = Path(folder) / "data"
        fresh.mkdir(mode=0o700)
        how = ["--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--wal-segsize=1"]
        _run(command("initdb", fresh, "-D", str(fresh), "-U", NAME, *how))
        settings = _SETTINGS + ("io_method = sync\n" if _major() >= 18 else "")
        with (fresh / "postgresql.conf").open("a") as file:
            file.write(settings)
        _run(command("postgres", fresh, "--single", "-D", str(fresh), "template1"), said=_SLIM)
        fresh.rename(data)


def _major() -> int:
    told = subprocess.run([binaries.postgres(), "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"\d+", told)[0])


def _run(argv: list[str], *, said: str = "") -> None:
    """Run a program to its end; it ends when we do, for what it reads ends then."""
    told = subprocess.run(argv, input=said, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise Fault(f"PostgreSQL's data could not be made. It printed:\n\n{told.stdout}{told.stderr}".rstrip())
