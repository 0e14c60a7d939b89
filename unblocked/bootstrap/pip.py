"""The pip that a Python brings along, found and run without installing it: that saves seconds."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from unblocked.bootstrap import trouble
from unblocked.bootstrap.course import Course


def command(course: Course) -> list[str]:
    """Give the words that run pip for the environment.

    Raises:
        Fault: this Python has no pip and nothing that brings one.

    """
    python = str(course.python)
    if any(course.venv.glob("lib/python*/site-packages/pip/__main__.py")):
        return [python, "-I", "-m", "pip"]
    for wheel in _wheels():
        return [python, "-I", f"{wheel}/pip"]  # Python runs a package out of a wheel
    _ensure(python)
    return [python, "-I", "-m", "pip"]


def environment() -> dict[str, str]:
    """Give the learner's settings of pip (an index of their own, a proxy), without those that aim somewhere else."""
    elsewhere = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV", "PYTHONHOME"}
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return {"PIP_RETRIES": "3"} | kept | {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _wheels() -> Iterator[Path]:
    """Find the wheel that `ensurepip` would install; Debian and Fedora keep it in a folder of their own."""
    try:
        import ensurepip
    except ImportError as error:  # Debian has it in a package of its own
        raise trouble.no_venv() from error
    for folder in (Path(ensurepip.__file__).with_name("_bundled"), sysconfig.get_config_var("WHEEL_PKG_DIR")):
        if folder:
            yield from sorted(Path(folder).glob("pip-*.whl"), reverse=True)


def _ensure(python: str) -> None:
    """Let a Python that hides its wheel install it."""
    done = subprocess.run([python, "-I", "-m", "ensurepip"], env=environment(), capture_output=True, check=False)
    if done.returncode != 0:
        raise trouble.no_venv()
