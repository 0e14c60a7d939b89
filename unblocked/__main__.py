"""The door: `python3 -m unblocked ...` looks at the Python and the system, sees to `.venv`, and hands over.

This file is read by Pythons that are too old for the course, back to 2.7, so that they can say so: no annotations, no
f-strings, ASCII only.
"""
# mypy: allow-untyped-defs, allow-untyped-calls

import io
import os
import sys

if sys.path[0] in ("", os.getcwd()):  # noqa: PTH109  # a Python that is too old has no pathlib
    sys.path.append(sys.path.pop(0))  # a learner's `random.py` in the course's folder hides no module of that name

import subprocess

from unblocked.pythons import HIGHEST, LOWEST

TOO_OLD = """\
Python {version} is too old: this course needs Python {lowest} or newer.
{mend}"""
HERE_IS_ONE = "A newer one is on this computer: `{python} -m unblocked {command}`."
INSTALL_ONE = """\
Install one, then run this command with it:
  macOS             `brew install python`
  Debian, Ubuntu    `sudo apt install python3 python3-venv`
  all others        https://www.python.org/downloads/"""
WINDOWS = """\
On Windows this course runs inside WSL2, the Linux that Windows brings along.
Run `wsl --install` in PowerShell, open Ubuntu, clone the course there, and run `python3 -m unblocked start`."""


def unfit(version, platform):
    """Say why the course cannot run on this Python or system, and what mends it; None if it can."""
    if platform in ("win32", "cygwin"):
        return WINDOWS
    if tuple(version[:2]) < LOWEST:
        written = ".".join(str(part) for part in version[:3])
        return TOO_OLD.format(version=written, lowest="%d.%d" % LOWEST, mend=_mend())
    return None


def _mend():
    for minor in range(HIGHEST[1], LOWEST[1] - 1, -1):
        python = "python3.%d" % minor
        if _runs(python):
            return HERE_IS_ONE.format(python=python, command=" ".join(sys.argv[1:]) or "start")
    return INSTALL_ONE


def _runs(python):
    """Try it: a version manager has commands on the path for Pythons that it will not start."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # a Python that is too old has no pathlib
        try:
            return subprocess.call([python, "-c", ""], stdout=nowhere, stderr=nowhere) == 0
        except OSError:
            return False


def main():
    """Run one command of the course and give its exit code; what the reader can mend gives 2 and no traceback."""
    message = unfit(sys.version_info, sys.platform)
    if message:
        sys.stderr.write(message + "\n")
        return 2
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter is no reason to stop
    return _run(sys.argv[1:])


def _run(argv):
    from unblocked import bootstrap
    from unblocked.faults import Fault

    try:
        if argv[:1] == ["doctor"]:  # whatever is missing
            from unblocked import doctor

            return doctor.main(argv[1:])
        bootstrap.enter(argv)
        from unblocked import cli  # only now: it needs what is installed

        return cli.main(argv)
    except Fault as fault:
        sys.stderr.write(fault.message + "\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
