"""What the course needs of a machine: memory, room on the disk, open files, ports, sockets, a clock."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import socket
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from unblocked.doctor.finding import Finding, fault, note
from unblocked.processes import runtime
from unblocked.pythons import HIGHEST, LOWEST

LEAST_MEMORY = 700_000_000
LEAST_ROOM = 200_000_000
LEAST_FILES = 256
"""Bytes of memory and of disk, and open files a process, below which a lesson with all its services may fail."""

_OURS = len("/unblocked-65534-k2m4x8qz/.s.PGSQL.5432.lock")
"""Bytes of a socket's path that come behind the temporary folder."""

_TEXT_ONLY = {"w3m", "lynx", "links", "elinks", "www-browser"}
_MEMORY = Path("/proc/meminfo")
_CONTAINER = Path("/sys/fs/cgroup")
_SHARED = Path("/dev/shm")
_DAY = 86_400.0


def findings(course: Path) -> Iterator[Finding]:
    """Look at the machine on which a course lies in this folder."""
    yield python()
    yield system()
    yield memory()
    yield room(course)
    yield room(Path(tempfile.gettempdir()))
    yield files()
    yield ports()
    yield sockets()
    yield shared_memory()
    yield clock(course)
    yield browser()


def python() -> Finding:
    """Look at the Python that runs this; one that is too old does not come so far."""
    said = f"{platform.python_version()}, `{sys.executable}`"
    if sys.version_info[:2] > HIGHEST:
        lowest, highest = (".".join(map(str, each)) for each in (LOWEST, HIGHEST))
        made_for = f"It is newer than the list of packages, which is made for Python {lowest} to {highest}"
        return note("Python", f"{said}. {made_for}")
    return Finding("Python", said)


def system() -> Finding:
    """Look at the operating system."""
    said = f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores"
    if "microsoft" in platform.release().lower() and "wsl2" not in platform.release().lower():
        return fault("System", f"{said}: this is WSL1", "Run `wsl --set-version Ubuntu 2` in PowerShell.")
    return Finding("System", said)


def memory() -> Finding:
    """Look how much memory can still be had, in a container of what it may use."""
    free = _free_memory()
    if free is None:
        return note("Memory", "how much is free cannot be seen on this system")
    said = f"{_megabytes(free)} free"
    if free < LEAST_MEMORY:
        return fault(
            "Memory", said, f"Close other programs until {_megabytes(LEAST_MEMORY)} are free, `free -m` shows them."
        )
    return Finding("Memory", said)


def _free_memory() -> int | None:
    if not _MEMORY.exists():
        return None
    lines = dict(line.split(":", 1) for line in _MEMORY.read_text(encoding="utf-8").splitlines())
    free = int(lines["MemAvailable"].split()[0]) * 1024
    try:
        allowed, used = (
            (_CONTAINER / f"memory.{name}").read_text(encoding="utf-8").strip() for name in ("max", "current")
        )
    except OSError:  # not in a container, or one of the older kind
        return free
    return free if allowed == "max" else min(free, int(allowed) - int(used))


def room(place: Path) -> Finding:
    """Look how much room a folder's disk has."""
    free = shutil.disk_usage(place).free
    said = f"{_megabytes(free)} free for `{place}`"
    if free < LEAST_ROOM:
        return fault("Disk", said, f"Free some space until `df -h '{place}'` shows {_megabytes(LEAST_ROOM)}.")
    return Finding("Disk", said)


def files() -> Finding:
    """Look how many files and connections a process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = f"{_limit(soft)} files and connections a process, at most {_limit(hard)}"
    if soft != resource.RLIM_INFINITY and soft < LEAST_FILES:
        return fault("Open files", said, "Run `ulimit -n 1024` in this terminal, and start the course from it.")
    return Finding("Open files", said)


def ports() -> Finding:
    """Look whether a program can listen on this computer, and another reach it."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(5)
            address = server.getsockname()
            with socket.create_connection(address, timeout=5), server.accept()[0]:
                return Finding("Ports", f"a free one was given (127.0.0.1:{address[1]}) and answers")
    except OSError as error:
        return fault(
            "Ports",
            f"no program can be reached at 127.0.0.1 ({error})",
            "Allow programs to listen on this computer: look at its firewall, or at the limits of its container. "
            "`python3 -m http.server --bind 127.0.0.1` shows whether one can.",
        )


def sockets() -> Finding:
    """Look whether the temporary folder can have sockets that only this user reaches."""
    place = Path(tempfile.gettempdir())
    elsewhere = "Run the command with another temporary folder: `TMPDIR=/tmp python3 -m unblocked start`."
    if len(os.fsencode(place)) + _OURS > runtime.LONGEST_SOCKET:
        return fault("Sockets", f"the path of the temporary folder `{place}` is too long for them", elsewhere)
    try:
        with tempfile.TemporaryDirectory(prefix=f"unblocked-doctor-{os.getuid()}-") as made:
            return _tried(Path(made), place, elsewhere)
    except OSError as error:
        return fault("Sockets", f"none can be made in the temporary folder `{place}` ({error.strerror})", elsewhere)


def _tried(made: Path, place: Path, elsewhere: str) -> Finding:
    with socket.socket(socket.AF_UNIX) as ours:
        ours.bind(str(made / "socket"))
    if made.stat().st_mode & 0o077:
        return fault("Sockets", f"other users can look into folders in `{place}`, whatever is set", elsewhere)
    return Finding("Sockets", f"can be made in `{place}`, for this user alone")


def shared_memory() -> Finding:
    """Look whether processes can share memory, as PostgreSQL's do; only Linux has a folder for it."""
    if not sys.platform.startswith("linux"):
        return Finding("Shared memory", "this system has no limit that can be seen")
    mend = (
        f"Run `sudo mount -o remount,size=256m {_SHARED}`, or give the container more (`docker run --shm-size=256m`)."
    )
    try:
        with tempfile.NamedTemporaryFile(dir=_SHARED, prefix="unblocked-doctor-"):
            free = shutil.disk_usage(_SHARED).free
    except OSError as error:
        return fault("Shared memory", f"`{_SHARED}` cannot be used ({error.strerror})", mend)
    said = f"{_megabytes(free)} free in `{_SHARED}`"
    return Finding("Shared memory", said) if free > 16_000_000 else fault("Shared memory", said, mend)


def clock(course: Path) -> Finding:
    """Look whether the clock can be right: it is not before the course was handed out, and disks agree with it."""
    now, handed_out = time.time(), (course / "requirements.txt").stat().st_mtime
    said = time.strftime("%Y-%m-%d %H:%M %z", time.localtime(now))
    if now < handed_out - _DAY:
        mend = "`sudo date -s 'YYYY-MM-DD HH:MM'`" if sys.platform != "darwin" else "System Settings, `Date & Time`,"
        made = time.strftime("%Y-%m-%d", time.localtime(handed_out))
        return fault("Clock", f"{said}, and this course is of {made}", f"Set the clock: {mend} does it.")
    return Finding("Clock", said)


def browser() -> Finding:
    """Look whether there is a browser that JupyterLab can be opened in."""
    try:
        name = webbrowser.get().__dict__.get("name", "") or "found"
    except webbrowser.Error:
        name = ""
    if not name or os.path.basename(str(name)) in _TEXT_ONLY:  # noqa: PTH119  # a name, not a path
        return note("Browser", "none is here that JupyterLab works in. Open the address that `start` prints elsewhere")
    return Finding("Browser", str(name))


def _megabytes(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def _limit(number: int) -> str:
    return "any number" if number == resource.RLIM_INFINITY else str(number)
