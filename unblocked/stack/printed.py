"""What several processes print, copied to one place: each line of a part behind the part's name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO


class Printed:
    """Follows log files. Lines of a part without a name are copied as they are, and as soon as they begin."""

    def __init__(self, out: TextIO, logs: Mapping[str, Path]) -> None:
        self._out = out
        self._files = {name: path.open(errors="replace") for name, path in logs.items()}
        self._rest = dict.fromkeys(logs, "")

    def copy(self) -> None:
        """Copy what is new."""
        text = "".join(self._new(name, _more(file)) for name, file in self._files.items())
        if text:
            self._out.write(text)
            self._out.flush()

    def _new(self, name: str, text: str) -> str:
        if not name:
            return text
        *lines, self._rest[name] = (self._rest[name] + text).split("\n")  # a line is written when it is whole
        return "".join(f"{name} | {line}\n" for line in lines)

    def close(self) -> None:
        """Close the files; what was not copied stays in them."""
        for file in self._files.values():
            file.close()


def _more(file: TextIO) -> str:
    """Read on; from the beginning where the file has been cut."""
    if os.fstat(file.fileno()).st_size < os.lseek(file.fileno(), 0, os.SEEK_CUR):
        file.seek(0)
    return file.read()
