"""What goes wrong on a learner's machine while installing, each with what mends it."""

from __future__ import annotations

import errno
import re
import shutil
import sys
from pathlib import Path

from unblocked.faults import Fault

AGAIN = "then run the same command again: it goes on where it stopped."
STOPPED = "Stopped. Run the same command again: it goes on where it stopped."
_FULL = {errno.ENOSPC, errno.EDQUOT}
_IN_THE_WAY = {errno.EEXIST, errno.ENOTDIR}
_LOCKED = {errno.EACCES, errno.EPERM, errno.EROFS}

_SAYS_FULL = r"No space left on device|Disk quota exceeded"
_SAYS_LOCKED = r"Read-only file system|Permission denied"
_SAYS_CERTIFICATE = r"invalid peer certificate|CERTIFICATE_VERIFY_FAILED|certificate verify failed|UnknownIssuer"
_SAYS_NETWORK = (  # the more telling ones first
    r"Connection refused|Connection reset|Network is unreachable|No route to host|Name or service not known"
    r"|Temporary failure in name resolution|nodename nor servname|No address associated with hostname"
    r"|[Oo]peration timed out|Connection timed out|Read timed out",
    r"dns error|tunnel error|Cannot connect to proxy|ConnectTimeoutError|NewConnectionError|Connection broken"
    r"|Connection aborted|error sending request|error decoding response body",
)


class Network(Fault):
    """The packages could not be fetched. What one installer cannot reach, another may: each has its own settings."""


def said(text: str, *, course: Path) -> Fault | None:
    """Recognise in what an installer said the faults that another installer would not mend; None for all others."""
    if re.search(_SAYS_FULL, text):
        return full(course)
    if found := re.search(_SAYS_LOCKED, text):
        return locked(course, why=found.group())
    if re.search(_SAYS_CERTIFICATE, text):
        return _certificate()
    for pattern in _SAYS_NETWORK:
        if found := re.search(pattern, text):
            return network(why=found.group())
    return None


def network(*, why: str) -> Network:
    """Make the fault for packages that cannot be fetched."""
    mend = "Connect this computer to the internet (behind a proxy: set `HTTPS_PROXY` to its address),"
    return Network(f"No network: the packages could not be fetched ({why}). {mend} {AGAIN}")


def _certificate() -> Network:
    mend = "Set `SSL_CERT_FILE` to the file with your network's certificates,"
    return Network(
        "The network answers with a certificate that this computer does not trust (a proxy that looks inside?). "
        f"{mend} {AGAIN}"
    )


def full(course: Path) -> Fault:
    """Make the fault for a disk without room."""
    free = shutil.disk_usage(course).free // 1_000_000
    return Fault(
        f"No space left: the course needs about 500 MB, in `{course}` and in the cache of your home folder; "
        f"{free} MB are free where the course is. Free some space, {AGAIN}"
    )


def locked(course: Path, *, why: str) -> Fault:
    """Make the fault for a folder in which nothing can be written."""
    return Fault(
        f"The course folder `{course}` cannot be written to ({why}). Copy it to a place of your own, for example "
        f"`cp -r '{course}' ~/unblocked && chmod -R u+w ~/unblocked`, and run the command there."
    )


def operating_system(error: OSError, *, course: Path) -> Fault:
    """Make the fault for an error that the system itself reports."""
    if error.errno in _FULL:
        return full(course)
    if error.errno in _LOCKED:
        return locked(course, why=error.strerror or "not allowed")
    if error.errno in _IN_THE_WAY:
        return Fault("A file named `.venv` is in the way. Move it away, then run the same command again.")
    return Fault(f"`.venv` could not be made: {error}. Mend that, {AGAIN}")


def no_venv() -> Fault:
    """Make the fault for a Python without the modules that make an environment."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    lacks = (
        f"This Python {version} (`{sys.executable}`) lacks the modules that make an environment (`venv`, `ensurepip`)."
    )
    if shutil.which("apt-get"):
        return Fault(f"{lacks} Run `sudo apt install {_package(version)}`, then the same command again.")
    return Fault(f"{lacks} Install a complete Python (https://www.python.org/downloads/) and run the command with it.")


def _package(version: str) -> str:
    """Name the package of Debian and Ubuntu: the plain one belongs to the system's own Python."""
    own = Path("/usr/bin/python3").resolve() == Path(sys.executable).resolve()
    return "python3-venv" if own else f"python{version}-venv"


def theirs(venv: Path, *, version: str | None) -> Fault:
    """Make the fault for an environment that the course did not make and cannot use."""
    what = f"is of Python {version}, which is too old" if version else "is broken: its Python does not start"
    return Fault(
        f"`{venv}` {what}, and the course did not make it, so it does not touch it. "
        "If you do not need it, delete it with `rm -rf .venv` and run the same command again."
    )


def linked(venv: Path) -> Fault:
    """Make the fault for an environment that is somewhere else: what is there belongs to something else, too."""
    return Fault(
        f"`{venv}` is a link to `{venv.resolve()}`. The course makes an environment of its own, in this folder. "
        "Remove the link (not what it leads to) with `rm .venv` and run the same command again."
    )


def unknown() -> Fault:
    """Make the fault for an installer's error that we do not know."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return Fault(
        "The packages could not be installed; the lines above say why. The list of packages is made for Python 3.11 to "
        f"3.14, this is {version}. Run the same command again; if it stays so, run `rm -rf .venv` first."
    )
