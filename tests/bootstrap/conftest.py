"""A small course to install, and installers that pretend."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from unblocked.bootstrap.course import Course
from unblocked.bootstrap.marker import Marker

REAL = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    settings = folder / "unblocked" / "notebook" / "environment"
    settings.mkdir(parents=True)
    (settings / "overrides.json").write_text("{}")
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        (folder / name).write_text(f"# {name}\n")
    return Course(folder)


@pytest.fixture
def whole_course(course):
    """The small course with the real door and bootstrap, and a command line that says how it was called."""
    package = course.folder / "unblocked"
    for name in ("__init__.py", "__main__.py", "faults.py", "pythons.py"):
        shutil.copy(REAL / "unblocked" / name, package / name)
    shutil.copytree(
        REAL / "unblocked" / "bootstrap", package / "bootstrap", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "cli.py").write_text(
        "import sys\n\ndef main(argv):\n    print('ran', *argv, 'with', sys.prefix, flush=True)\n    return 7\n"
    )
    return course


@pytest.fixture
def bin_folder(tmp_path, monkeypatch):
    """A folder that is all of the path, but for what a shell script needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("cat", "sh", "env", "touch"):
        (folder / tool).symlink_to(shutil.which(tool))
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def uv(bin_folder):
    """A `uv` that notes how it was called, says a text and ends with a code."""
    return Pretender(bin_folder / "uv")


class Pretender:
    def __init__(self, script):
        self.script, self.calls = script, script.with_suffix(".calls")
        self.does()

    def does(self, *, code=0, says="", waits_for=None):
        lines = ["#!/bin/sh", f'echo "$@" >> "{self.calls}"', '[ "$1" = cache ] && echo /nowhere && exit 0']
        lines += [f"cat <<'END' >&2\n{says}\nEND"] if says else []
        lines += [f'echo begun > "{self.script}.begun"', f'exec cat "{waits_for}"'] if waits_for else []
        self.script.write_text("\n".join([*lines, f"exit {code}", ""]))
        self.script.chmod(0o755)

    @property
    def begun(self):
        return Path(f"{self.script}.begun").exists()

    @property
    def installs(self):
        said = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in said if line.startswith("pip install")]


def python_of_this_environment() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def bare_python() -> str:
    return getattr(sys, "_base_executable", sys.executable)


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "COV"))}


def installed(course, **changes) -> Marker:
    """Pretend that everything is in place."""
    locks = {lock: course.fingerprint(lock) for lock in ("requirements.txt", "requirements-dev.txt")}
    known = {"ours": True, "folder": str(course.folder), "python": python_of_this_environment(), "locks": locks}
    marker = Marker(**(known | changes))
    marker.write(course.venv)
    return marker
