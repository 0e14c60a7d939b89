"""Installs a lock into the environment: with `uv` where that can be had, otherwise with pip."""

from __future__ import annotations

from unblocked.bootstrap import console, pip, trouble, uv
from unblocked.bootstrap.course import Course


def install(course: Course, *, lock: str, again: bool, held: int) -> None:
    """Install all packages of a lock.

    Args:
        course: the course, whose `.venv` exists.
        lock: the name of its lock.
        again: install also what seems to be there.
        held: the descriptor that holds our turn.

    Raises:
        Fault: no network, no space, or an error that we do not know.

    """
    own = uv.find(course)
    fetched = None if own else uv.fetch(course, held=held)
    if (found := own or fetched) and _with_uv(found, course, lock=lock, again=again, held=held, pip_reaches=not own):
        return
    _with_pip(course, lock=lock, again=again, held=held)


def _with_uv(found: str, course: Course, *, lock: str, again: bool, held: int, pip_reaches: bool) -> bool:
    """Try it with `uv`. Where pip has just fetched it, pip may know a way out that `uv` does not: its own settings."""
    console.say(f"Installing the packages of `{lock}`.")
    argv = uv.command(found, course, lock=lock, again=again)
    done = console.run(argv, cwd=course.folder, env=uv.environment(found, course), held=held)
    if done.code == 0:
        return True
    fault = trouble.said(done.text, course=course.folder)
    if fault and not (pip_reaches and isinstance(fault, trouble.Network)):
        raise fault
    console.say(f"`uv` could not do it ({_last(done.text)}). Trying it with pip, which takes a minute or more.")
    return False


def _with_pip(course: Course, *, lock: str, again: bool, held: int) -> None:
    argv = [*pip.command(course), "install", "--no-compile", *(["--force-reinstall"] if again else []), "-r", lock]
    done = console.run(argv, cwd=course.folder, env=pip.environment(), held=held, progress="stdout")
    if done.code != 0:
        console.say("\n".join(done.text.splitlines()[-20:]))
        raise trouble.said(done.text, course=course.folder) or trouble.unknown()


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it said nothing")
