"""What was found, as a text to paste into a question: nothing in it tells who asks, or where from."""

from __future__ import annotations

import getpass
import re
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from unblocked.bootstrap.course import Course
from unblocked.doctor import installation
from unblocked.doctor.finding import Finding, State

_TOLD = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "celery", "redis", "jupyterlab", "ipykernel")
"""The packages whose versions matter to whoever answers."""


def text(found: Iterable[Finding], course: Course) -> str:
    """Write the report, as Markdown that a forum shows as it is."""
    lines = [
        f"{each.state.upper() if each.state is not State.FINE else 'fine':5} {each.about}: {each.said}"
        for each in found
    ]
    told = "\n".join(["```text", *lines, _versions(course), _commit(course.folder), "```"])
    return without(private(course.folder), told)


def private(course: Path) -> dict[str, str]:
    """Give what is not to be told, each with what stands in its place; the longest first."""
    names = {
        str(course): "COURSE",
        str(Path.home()): "HOME",
        tempfile.gettempdir(): "TMP",
        socket.gethostname(): "HOST",
        _user(): "USER",
    }
    return dict(sorted(names.items(), key=lambda pair: -len(pair[0])))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""


def without(names: Mapping[str, str], told: str) -> str:
    """Replace names where they stand as words of their own, and what is between `://` and `@`.

    >>> without({"/home/zoe": "HOME", "zoe": "USER"}, "redis://zoe:secret@10.0.0.1/0 in /home/zoe/course of zoe, zoes")
    'redis://PRIVATE@10.0.0.1/0 in HOME/course of USER, zoes'
    """
    told = re.sub(r"://[^\s/@]*@", "://PRIVATE@", told)
    for name, instead in names.items():
        if len(name) > 1:
            told = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", instead, told)
    return told


def _versions(course: Course) -> str:
    have = {each.metadata["Name"].lower(): each.version for each in distributions(path=installation.sites(course))}
    return "versions " + (", ".join(f"{name} {have[name]}" for name in _TOLD if name in have) or "none")


def _commit(course: Path) -> str:
    ask = ["git", "-C", str(course), "log", "-1", "--format=%h of %cs"]
    try:
        return f"course {subprocess.run(ask, capture_output=True, text=True, timeout=20, check=True).stdout.strip()}"
    except (OSError, subprocess.SubprocessError):
        return "course not a clone"
