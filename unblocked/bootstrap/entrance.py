"""What every command passes through: the environment is there and current, and the command runs in it."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from unblocked.bootstrap import console, environment, installer, trouble
from unblocked.bootstrap.course import DEV, PLAIN, Course
from unblocked.bootstrap.turn import turn
from unblocked.faults import Fault

_HANDED_OVER = "UNBLOCKED_HANDED_OVER"
_USAGE = """\
Usage: python3 -m unblocked COMMAND

  start    opens the course in JupyterLab
  test     runs the tests of the course

The first command installs the course into `.venv`, in this folder. Then `--help` tells about all commands."""


def enter(argv: Sequence[str]) -> None:
    """Return when the command can be run by this very process; otherwise hand over to one that can.

    Raises:
        Fault: the environment cannot be made, and what mends that.

    """
    course = Course.here()
    lock = DEV if argv[:1] == ["test"] else PLAIN
    handed_over = os.environ.pop(_HANDED_OVER, None)
    if in_the_learners_own(course):
        return
    if environment.current(course, lock=lock) and environment.inside(course):
        _keep_bytecode(course)
        return
    if _asks_for_help(argv) and not course.venv.exists():
        console.say(_USAGE)
        sys.exit(0)
    _see_to(course, lock=lock)
    if handed_over and not environment.inside(course):
        raise Fault(f"`{course.python}` does not use its own `.venv`. Run `rm -rf .venv` and the same command again.")
    _hand_over(course, argv)


def _keep_bytecode(course: Course) -> None:
    """Where Python is told to write no bytecode, as in many containers, or may not, keep that of the course elsewhere.

    A course runs hundreds of Pythons, and without bytecode each takes twice as long to start. Not earlier than when the
    environment is there: a folder that has only bytecode would look like one of the learner's.
    """
    told_not_to = os.environ.pop("PYTHONDONTWRITEBYTECODE", "")
    if told_not_to or not (course.is_ours or os.environ.get("PYTHONPYCACHEPREFIX")):
        os.environ["PYTHONPYCACHEPREFIX"] = str(course.bytecode)
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(course.bytecode)


def _asks_for_help(argv: Sequence[str]) -> bool:
    return not argv or argv[0] in {"help", "-h", "--help"}


def in_the_learners_own(course: Course) -> bool:
    """Tell whether the course is installed where we run: in an environment of the learner's (conda, a container).

    Then the learner has typed `pip install -r requirements.txt`, and will again.
    """
    if environment.inside(course) or not (importlib.util.find_spec("jupyterlab") and importlib.util.find_spec("typer")):
        return False
    from importlib import metadata  # late: it takes longer than all the rest

    notes = [found.read_text("direct_url.json") for found in metadata.distributions(name="unblocked")]
    return any(json.loads(note)["url"] == course.folder.as_uri() for note in notes if note)


def _see_to(course: Course, *, lock: str) -> None:
    """Make the environment current, unless somebody else has just done it."""
    if environment.current(course, lock=lock):
        return
    try:
        with turn(course.folder) as held:
            if not environment.current(course, lock=lock):
                _install(course, lock=lock, held=held)
    except OSError as error:
        raise trouble.operating_system(error, course=course.folder) from error
    except KeyboardInterrupt:
        console.say(f"\n{trouble.STOPPED}")
        sys.exit(130)


def _install(course: Course, *, lock: str, held: int) -> None:
    begun = time.monotonic()
    marker, untrusted = environment.prepare(course)
    installer.install(course, lock=lock, again=untrusted, held=held)
    replace(marker, locks=_locks_within(course, lock)).write(course.venv)
    console.say(f"Ready after {time.monotonic() - begun:.0f} s.")


def _locks_within(course: Course, lock: str) -> dict[str, str]:
    """Give the locks that are installed with this one: the second has all of the first."""
    return {name: course.fingerprint(name) for name in {PLAIN, lock}}


def _hand_over(course: Course, argv: Sequence[str]) -> None:
    """Become the environment's Python, running the same command."""
    sys.stdout.flush()
    _keep_bytecode(course)
    elsewhere = {"PYTHONHOME", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    os.execve(course.python, [str(course.python), "-m", "unblocked", *argv], kept | {_HANDED_OVER: "1"})
