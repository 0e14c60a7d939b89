"""The files of a PostgreSQL server: a template that is made once, and what servers that begin with nothing have of it.

Laying one out takes a twentieth of the processor time of `initdb`. It has one empty database besides the template of
new ones.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from unblocked.backends import binaries, image, unprivileged
from unblocked.faults import Fault
from unblocked.processes import kernel

NAME = "parcel"
"""The database, and the role that owns it."""

_RECIPE = 3
"""Counted up when a template is made in another way, so that the old one is not used."""

_IPC_RMID = 0  # <sys/ipc.h>, on Linux and on macOS

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
dynamic_shared_memory_type = mmap  # in its folder, and gone with it
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
    if sys.platform.startswith("linux"):
        return [sys.executable, "-I", "-S", unprivileged.__file__, str(data), str(_apart(data)), *argv]
    if os.geteuid() == 0:
        raise Fault("PostgreSQL does not run for root. Use the course as another user.")
    return argv


def server(data: Path) -> list[str]:
    """Give the command of a server with this data, whose socket is in the folder above."""
    return command("postgres", data, "-D", str(data), "-k", str(data.parent))


def address(data: Path) -> str:
    """Give the address of the database of a server with this data."""
    return f"postgresql://{NAME}@/{NAME}?host={data.parent}"


def is_ready(data: Path, pid: int) -> bool:
    """Say whether the server with this process id takes connections, as `pg_ctl` does: it writes that down itself."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return False
    of_another = lines[:1] != [str(pid)]  # one that was killed leaves it
    return not of_another and [line.strip() for line in lines[7:8]] == ["ready"]


def signal_all(pid: int, number: signal.Signals) -> None:
    """Send a signal to a server: to its own process, then to those of its connections, which lead their own groups."""
    try:
        server = psutil.Process(pid)
        everybody = [server, *server.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in everybody:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    if number == signal.SIGSTOP:
        for process in everybody:
            kernel.await_stop(process.pid)


def kill(pid: int) -> None:
    """Kill all processes of a server."""
    signal_all(pid, signal.SIGSTOP)  # it starts no more
    signal_all(pid, signal.SIGKILL)


def disown_memory(data: Path) -> None:
    """Have the kernel forget the shared memory of a server that is ready as soon as its last process is gone.

    Else it outlives a server that is killed, and there is room for some thousand pieces in all. Nothing is done where
    the server has it for itself (`unprivileged`). Its own processes have it already; nobody else is to find it.
    """
    if _apart(data).exists():
        return
    key, number = map(
        int, (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()[6].split()
    )
    libc = ctypes.CDLL(None)
    if libc.shmget(key, 0, 0) == number:
        libc.shmctl(number, _IPC_RMID, None)


def _apart(data: Path) -> Path:
    """Give the file that says that the shared memory of a server is its own."""
    return data.with_name("apart")


def lay_out(data: Path) -> None:
    """Make the data of a server that begins with one empty database.

    Raises:
        Fault: there is no PostgreSQL to be had here, or `initdb` fails.

    """
    kept = template()
    try:
        if not kept.exists():
            _make_once(kept)
        image.lay_out(kept, data)
    except OSError as error:
        if error.errno not in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise
        _make(data)  # this installation is shared with others, or read-only


def _home() -> Path:
    return Path(sys.prefix) / "postgres"


def template() -> Path:
    """Give the file that is the template, which another version of the server does not share."""
    told = binaries.postgres().stat()
    return _home() / f"{told.st_size:x}-{int(told.st_mtime):x}.{_RECIPE}"


def _make_once(kept: Path) -> None:
    making, draft = kept.with_name("making"), kept.with_name("draft")
    with _alone(kept.with_name("lock")):
        if not kept.exists():
            shutil.rmtree(making, ignore_errors=True)  # of somebody who was killed
            _make(making)
            image.write(making, draft)
            draft.rename(kept)
            shutil.rmtree(making)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


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
