"""Whether what was installed is whole, and what the learner has can be read and written."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from unblocked.bootstrap import entrance, environment
from unblocked.bootstrap.course import PLAIN, Course
from unblocked.doctor.finding import Finding, fault, note
from unblocked.faults import Fault
from unblocked.workspace import folder, updates

START = "Run `python3 -m unblocked start`."
ANEW = "Run `rm -rf .venv`, then `python3 -m unblocked start`."

_PIN = re.compile(r"(?m)^([A-Za-z0-9._-]+)==([^\s;]+)$")
"""A line of the lock that holds on every system: one with a condition is not looked at."""


def findings(course: Course) -> Iterator[Finding]:
    """Look at the course's files, its environment, and the learner's."""
    yield from changed(course)
    yield installed(course)
    if where := sites(course):
        yield packages(course, sites=where)
    yield from workspace()


def sites(course: Course) -> list[str]:
    """Give the folders that have the course's packages, the environment's or the learner's own; none if none has."""
    if entrance.in_the_learners_own(course):
        return sys.path
    return [str(place) for place in course.venv.glob("lib/python*/site-packages")]


def python_of(course: Course) -> Path | None:
    """Give the Python that has the course's packages, the environment's or the learner's own; None if none has."""
    if entrance.in_the_learners_own(course):
        return Path(sys.executable)
    return None if environment.lacking(course, lock=PLAIN) else course.python


def installed(course: Course) -> Finding:
    """Look at the environment as a whole."""
    if entrance.in_the_learners_own(course):
        return Finding("Environment", f"your own, in `{sys.prefix}`")
    if not course.venv.exists():
        return fault("Environment", "the course is not installed yet", START)
    if why := environment.lacking(course, lock=PLAIN):
        return fault("Environment", why, START)
    return Finding("Environment", "`.venv` is for this folder, this Python, and this list of packages")


def packages(course: Course, *, sites: list[str]) -> Finding:
    """Look whether all packages of the lock are there, in its versions, with all their files."""
    wanted = {
        _plain(name): version for name, version in _PIN.findall((course.folder / PLAIN).read_text(encoding="utf-8"))
    }
    have = {_plain(each.metadata["Name"]): each for each in distributions(path=sites)}
    wrong = [problem for name, version in wanted.items() if (problem := _wrong(name, version, have.get(name)))]
    if not wrong:
        return Finding("Packages", f"{len(wanted)} are there, with all their files")
    more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return fault("Packages", "; ".join(wrong[:3]) + more, ANEW)


def _wrong(name: str, version: str, found: Distribution | None) -> str:
    if found is None:
        return f"`{name}` is missing"
    if found.version != version:
        return f"`{name}` is {found.version}, and should be {version}"
    gone = sum(not Path(str(found.locate_file(file))).exists() for file in _files_of(found))
    return f"`{name}` lacks {gone} of its files" if gone else ""


def _files_of(found: Distribution) -> Iterator[str]:
    """Give the files that a package was installed with; from Python 3.12 `found.files` leaves out those that are gone.

    What Python has compiled is made again where it is wanted.
    """
    record = (found.read_text("RECORD") or "").splitlines()
    return (path for path, *_ in csv.reader(record) if not path.endswith(".pyc"))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def changed(course: Course) -> Iterator[Finding]:
    """Look whether files of the course itself were changed, where git can tell."""
    ask = ["git", "-C", str(course.folder), "status", "--porcelain", "--untracked-files=no"]
    try:
        told = subprocess.run(ask, capture_output=True, text=True, timeout=20, check=True).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):  # no git, or no clone of it
        return
    unmerged = [line[3:] for line in told if "U" in line[:2] or line[:2] in {"AA", "DD"}]
    if unmerged:
        mend = f"Run `git checkout --ours {unmerged[0]}` or merge it by hand, then `git add {unmerged[0]}`."
        yield fault("Course", f"{_files(unmerged)} not merged: `{unmerged[0]}`", mend)
    elif told:
        yield note("Course", f"{_files(told)} not as handed out: `git diff` shows what is different")
    else:
        yield Finding("Course", "its files are as they were handed out")


def _files(names: list[str]) -> str:
    return "1 file is" if len(names) == 1 else f"{len(names)} files are"


def workspace() -> Iterator[Finding]:
    """Look at the learner's folder: can it be written to, can its notebooks be read."""
    try:
        place = folder.workspace()
        probe = place / ".doctor"
        folder.write_atomically(probe, "")
        probe.unlink()
    except Fault as found:
        said, _, mend = found.message.partition(". ")
        yield fault("Your work", said, mend)
        return
    torn = [copy for copy in sorted(place.glob("notebooks/[0-9][0-9]_*.ipynb")) if not updates.readable(copy)]
    for copy in torn:
        mend = f"`python3 -m unblocked reset {copy.stem}` gives a fresh one, and keeps yours beside it."
        yield fault("Your work", f"`{copy.name}` is not a notebook that can be read", mend)
    if not torn:
        yield Finding("Your work", f"`{place}` can be written to")
