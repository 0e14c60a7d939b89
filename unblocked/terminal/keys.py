"""Single keys from a terminal, without waiting for Enter; whole lines where there is no terminal."""

from __future__ import annotations

import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

END = "\x04"
"""What stands for the end of the input."""


class Keys:
    """Reads what was typed, and never waits for it.

    Example:
        >>> with Keys() as keys:  # doctest: +SKIP
        ...     keys.pressed()
        ''

    """

    def __init__(self, source: TextIO = sys.stdin) -> None:
        self._source = source
        self._number = source.fileno()
        self._before = termios.tcgetattr(self._number) if source.isatty() else None

    def __enter__(self) -> Keys:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def pressed(self) -> str:
        """Give the key that was pressed, or the first letter of a line; empty if there was none."""
        if not select.select([self._number], [], [], 0)[0]:
            return ""
        if self._before is not None:
            return self._source.read(1) or END
        line = self._source.readline()
        return (line.strip()[:1] or "\n") if line else END

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Give the terminal back as it was, to an editor for example."""
        self._restore()
        try:
            yield
        finally:
            self._listen()

    def _listen(self) -> None:
        if self._before is not None:
            tty.setcbreak(self._number)

    def _restore(self) -> None:
        if self._before is not None:
            termios.tcsetattr(self._number, termios.TCSADRAIN, self._before)
