"""The installer `uv`: ten times as fast as pip. The learner's own if there is one, otherwise fetched into `.venv`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from unblocked.bootstrap import console, pip, trouble
from unblocked.bootstrap.course import Course

_WANTED = "uv>=0.8,<1"


def find(course: Course) -> str | None:
    """Find a `uv` that is there already."""
    return shutil.which("uv") or shutil.which(course.venv / "bin" / "uv")


def fetch(course: Course, *, held: int) -> str | None:
    """Fetch it with pip; None if there is none for this computer.

    Raises:
        Fault: what pip would run into as well when it installs everything.

    """
    console.say("Fetching `uv`, which installs the rest.")
    argv = [*pip.command(course), "install", "--only-binary=:all:", "--no-compile", _WANTED]
    done = console.run(argv, cwd=course.folder, env=pip.environment(), held=held, progress="stdout")
    if done.code == 0:
        return find(course)
    if fault := trouble.said(done.text, course=course.folder):
        raise fault
    return None


def command(uv: str, course: Course, *, lock: str, again: bool) -> list[str]:
    """Give the words that install a lock."""
    # The course itself always anew: `uv` looks at pyproject.toml only, not at the settings that it copies.
    anew = ["--reinstall"] if again else ["--reinstall-package", "unblocked"]
    return [uv, "pip", "install", "--python", str(course.python), *anew, "-r", lock]


def environment(uv: str, course: Course) -> dict[str, str]:
    """Give the learner's settings; between two disks it is told to copy, or it would warn that it cannot link."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return kept if _one_disk(uv, course.venv) else {"UV_LINK_MODE": "copy"} | kept


def _one_disk(uv: str, venv: Path) -> bool:
    try:
        said = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # then installing fails as well, and is answered there
        return True
    there = next(folder for folder in (Path(said), *Path(said).absolute().parents) if folder.exists())
    return there.stat().st_dev == venv.stat().st_dev
