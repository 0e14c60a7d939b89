"""The command `doctor`: looks at everything, prints what it finds, and says what mends each fault."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from unblocked.bootstrap.course import Course
from unblocked.doctor import installation, leftovers, machine, report
from unblocked.doctor.finding import Finding, State, fault, note

_LONGEST = 180.0
"""Seconds after which trying the parts of a lesson is ended."""

_SETTINGS = ("REDIS_URL", "DATABASE_URL", "PYTHONPATH", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "TMPDIR", "BROWSER")
"""What changes how the course runs, beside all that begins as ours do."""

_SIGNS = {State.FINE: "✓", State.NOTE: "·", State.FAULT: "✗"}


def main(argv: Sequence[str]) -> int:
    """Run the command; give its exit code: 1 if there is something to mend."""
    options = _options(argv)
    course, found = Course.here(), []
    for finding in _findings(course):
        found.append(finding)
        if not options.report:
            print(told(finding), flush=True)
    faults = sum(finding.state is State.FAULT for finding in found)
    print(report.text(found, course) if options.report else f"\n{_sum(faults)}")
    return 1 if faults else 0


def told(finding: Finding) -> str:
    """Write a finding as a line, and below it what mends a fault.

    >>> print(told(fault("Disk", "12 MB free", "Free some space.")))
    ✗ Disk          12 MB free
                    Free some space.
    """
    mend = f"\n{'':16}{finding.mend}" if finding.mend else ""
    return f"{_SIGNS[finding.state]} {finding.about:13} {finding.said}{mend}"


def _sum(faults: int) -> str:
    if not faults:
        return "Nothing to mend. If something does not work nevertheless, ask with what `--report` prints."
    return f"{faults} thing{'s' * (faults != 1)} to mend: do what stands below each ✗, then run `doctor` again."


def _options(argv: Sequence[str]) -> argparse.Namespace:
    about = "Look for what keeps the course from working on this machine; say what mends it."
    code = "Exit code 1: there is something to mend."
    parser = argparse.ArgumentParser(prog="python3 -m unblocked doctor", description=f"{about} {code}")
    parser.add_argument("--report", action="store_true", help="Print a text to paste into a question, without names.")
    return parser.parse_args(argv)


def _findings(course: Course) -> Iterator[Finding]:
    yield from machine.findings(course.folder)
    yield from _settings(os.environ)
    yield from installation.findings(course)
    yield from leftovers.findings()
    if python := installation.python_of(course):
        yield from _working(python, course.folder)


def _settings(environ: Iterable[str]) -> Iterator[Finding]:
    """Tell of settings by their names; their values may be secret."""
    names = sorted(name for name in environ if name.upper() in _SETTINGS or name.startswith("UNBLOCKED_"))
    if names:
        yield note("Settings", f"{', '.join(f'`{name}`' for name in names)} {'is' if len(names) == 1 else 'are'} set")


def _working(python: Path, folder: Path) -> Iterator[Finding]:
    """Have the parts of a lesson tried by the course's own Python, which may fail in any way."""
    command = [str(python), "-P", "-m", "unblocked.doctor.working"]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as complaints,
        subprocess.Popen(command, cwd=folder, encoding="utf-8", stdout=subprocess.PIPE, stderr=complaints) as process,
        _at_most(process, _LONGEST),
    ):
        for line in process.stdout or ():
            yield _read(line)
        if process.wait():
            complaints.seek(0)
            yield _untried(process.returncode, complaints.read().strip().splitlines())


def _untried(code: int, complaints: list[str]) -> Finding:
    """Tell that the trial has not come to its end: it was killed, by us or for want of memory, or it has failed."""
    if code == -signal.SIGKILL:
        said = f"not all could be tried within {_LONGEST:.0f} s, or memory ran out"
        return fault("Services", said, "Close other programs, and run the command again.")
    why = (complaints or [f"it ended with {code}"])[-1]
    return fault("Services", f"not all could be tried ({why})", installation.ANEW)


@contextmanager
def _at_most(process: subprocess.Popen[str], seconds: float) -> Iterator[None]:
    """End a process after so many seconds, and with whoever does not want it any more."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        process.kill()


def _read(line: str) -> Finding:
    said = json.loads(line)
    return Finding(said["about"], said["said"], State(said["state"]), said["mend"])
