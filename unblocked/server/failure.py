"""Why an app did not start: its own traceback, cut to the lines that its author wrote."""

from __future__ import annotations

import site
import sysconfig
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from unblocked.faults import Fault

_LONG = 240
"""Characters of a message after which what is wrong is cut; it may quote a whole response."""

_FOLDERS = (*site.getsitepackages(), sysconfig.get_paths()["stdlib"], str(Path(__file__).parents[1]))
_NOT_THEIRS = tuple(Path(folder).resolve() for folder in _FOLDERS)


@dataclass(frozen=True, slots=True)
class Failure:
    """What an exception says to the author of the app.

    Attributes:
        message: the exception in one line, such as `NameError: name 'quote' is not defined`.
        traceback: the frames that are theirs, oldest first, as Python prints them, and the whole of the exception;
            nothing where no frame is theirs and `message` is the whole.
        file: the file of the last of them, and its `line`.

    """

    message: str
    traceback: str
    file: str | None = None
    line: int | None = None

    def fault(self, name: str) -> Fault:
        """Say that this is why what has this name did not start."""
        where = f" (line {self.line} of {Path(self.file).name})" if self.file else ""
        return Fault(f"`{name}` did not start: {self.message}{where}\n\n{self.traceback}".rstrip())

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Describe an exception; a syntax error points to its line."""
        error = unwrapped(error)
        whole = "".join(traceback.format_exception_only(error)).strip()
        message = _in_one_line(whole)
        frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_theirs(f.filename)]
        text = "".join(["Traceback (your lines only):\n", *traceback.format_list(frames), whole])
        if isinstance(error, SyntaxError):
            return cls(f"{type(error).__name__}: {error.msg}", text, error.filename, error.lineno)
        if not frames:
            return cls(message, "" if message == whole else whole)
        return cls(message, text, *innermost(frames))


def _in_one_line(whole: str) -> str:
    """Give the first line. Where it only counts, as that of pydantic's and FastAPI's errors, what is wrong follows."""
    first, *rest = whole.splitlines()
    if "validation error" not in first:
        return first
    upto = next((n for n, line in enumerate(rest, 1) if line.startswith("  ")), 0)  # "price", "  Field required"
    return shorten(": ".join([first.rstrip(":"), *map(str.strip, rest[:upto])]), _LONG, placeholder=" …")


def unwrapped(error: BaseException) -> BaseException:
    """Give the only exception of a group; what a task group wraps around it says nothing."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def innermost(stack: Iterable[traceback.FrameSummary]) -> tuple[str | None, int | None]:
    """Find the innermost line of a stack that the app's author wrote: its file and number, or None and None."""
    theirs = [frame for frame in stack if _is_theirs(frame.filename)]
    return (theirs[-1].filename, theirs[-1].lineno) if theirs else (None, None)


def _is_theirs(filename: str) -> bool:
    if filename.startswith("<"):
        return False
    path = Path(filename).resolve()
    return not any(path.is_relative_to(folder) for folder in _NOT_THEIRS)
