"""What an answer's Python code writes to its standard streams: passed on, and the last of it kept for a check."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, TextIO

_MOST = 200_000
"""Characters that are kept: an answer may write without end."""


class Written:
    """Keeps what is written to both streams from now on, in the order in which it comes."""

    def __init__(self) -> None:
        self.text = ""
        sys.stdout = _Kept(sys.stdout, self)
        sys.stderr = _Kept(sys.stderr, self)

    def add(self, text: str) -> None:
        """Take what was written."""
        self.text = (self.text + text)[-_MOST:]


class _Kept:
    """A stream in place of another: all that is asked of it, the other one does."""

    def __init__(self, stream: TextIO, written: Written) -> None:
        self._stream, self._written = stream, written

    def write(self, text: str) -> int:
        self._written.add(text)
        return self._stream.write(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
