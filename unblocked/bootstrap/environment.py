"""The folder `.venv`: is it in order, and if not, what has to be done to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from unblocked.bootstrap import console, trouble
from unblocked.bootstrap.course import PLAIN, Course
from unblocked.bootstrap.marker import NAME, Marker
from unblocked.pythons import LOWEST


def version() -> str:
    """Give the version of the Python that runs us, as `3.12`."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def inside(course: Course) -> bool:
    """Tell whether the Python that runs us is the environment's."""
    return Path(sys.prefix).resolve() == course.venv.resolve()


def current(course: Course, *, lock: str) -> bool:
    """Tell whether all is in place. This is asked at every command, so it only reads a few small files."""
    marker = Marker.read(course.venv)
    return marker is not None and _usable(course, marker) and marker.locks.get(lock) == course.fingerprint(lock)


def lacking(course: Course, *, lock: str) -> str:
    """Say why an environment that is there cannot be used as it is; empty if it can."""
    marker = Marker.read(course.venv)
    if marker is None:
        return "the `.venv` that is here was not made by the course"
    if not (_usable(course, marker) and marker.locks):
        return _reason(course, marker)
    return "" if marker.locks.get(lock) == course.fingerprint(lock) else "the course has changed since it was installed"


def _usable(course: Course, marker: Marker) -> bool:
    return marker.folder == str(course.folder) and os.access(course.python, os.X_OK) and _same_python(course, marker)


def _same_python(course: Course, marker: Marker) -> bool:
    """Ours follows the Python that the command is given, so that `python3.14 -m unblocked test` tests with 3.14."""
    if marker.ours or inside(course):
        return marker.python == version()
    return (course.venv / "lib" / f"python{marker.python}").is_dir()


def prepare(course: Course) -> tuple[Marker, bool]:
    """Bring `.venv` into a state in which it can be installed into.

    Returns:
        its marker, which says that nothing is installed until the installer is done; and whether packages that seem to
        be there must not be trusted, because the installation was interrupted or the folder moved.

    Raises:
        Fault: what is there cannot be used, and is not the course's to replace.

    """
    if course.venv.is_symlink():
        raise trouble.linked(course.venv)
    marker = Marker.read(course.venv)
    if marker is None and course.venv.is_dir() and any(course.venv.iterdir()):
        return _adopt(course), False
    if marker is None:
        return _make(course), False
    if not marker.ours:
        return _adopt(course), not (_usable(course, marker) and marker.locks)
    if _usable(course, marker) and marker.locks:
        unfinished = _unfinished(course, marker)
        console.say(_missing(course, marker))
        return unfinished, False
    console.say(f"{_reason(course, marker)}.")
    return _make(course), False


def _missing(course: Course, marker: Marker) -> str:
    if marker.locks.get(PLAIN) == course.fingerprint(PLAIN):
        return "The tests need some more packages."
    return "The course has changed: bringing `.venv` up to date."


def _reason(course: Course, marker: Marker) -> str:
    if not marker.locks:
        return "`.venv` was left unfinished"
    if marker.folder != str(course.folder):
        return f"The course was moved here from `{marker.folder}`, and `.venv` cannot move along"
    if not os.access(course.python, os.X_OK):
        return "The Python of `.venv` is gone"
    return f"`.venv` is of Python {marker.python}, this is Python {version()}"


def _unfinished(course: Course, marker: Marker) -> Marker:
    marker = replace(marker, locks={})
    marker.write(course.venv)
    return marker


def _adopt(course: Course) -> Marker:
    """Use an environment that the learner has made, if its Python will do."""
    found = _version_of(course.python)
    if found is None or tuple(map(int, found.split("."))) < LOWEST:
        raise trouble.theirs(course.venv, version=found)
    console.say(f"Using the `.venv` that is here (Python {found}).")
    return _unfinished(course, Marker(ours=False, folder=str(course.folder), python=found))


def _version_of(python: Path) -> str | None:
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _make(course: Course) -> Marker:
    """Make an empty environment. The marker comes first: whatever interrupts us, the next command knows it is ours."""
    try:
        from venv import EnvBuilder
    except ImportError as error:
        raise trouble.no_venv() from error
    course.venv.mkdir(exist_ok=True)
    console.say(f"Making `.venv` with Python {version()}.")
    before = Marker.read(course.venv)
    fresh = Marker(ours=True, folder=str(course.folder), python=version())
    if before is None or before.locks:
        fresh.write(course.venv)
    _clear(course.venv)  # makes room, where the disk was full
    fresh.write(course.venv)
    EnvBuilder(symlinks=True, prompt="unblocked").create(course.venv)  # without pip: that would cost seconds
    return fresh


def _clear(venv: Path) -> None:
    """Remove all but the marker."""
    for entry in venv.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != NAME:
            entry.unlink()
