"""Notices saved Python files in a folder, where the system can tell."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import watchfiles

_TURN = 0.1
"""Seconds that one look takes when nothing is saved."""


class Saves:
    """Looks for saved `.py` files below a folder, from the moment it is made; without a folder it only takes its time.

    Attributes:
        folder: where it looks.
        trouble: why files cannot be watched; empty while they can.

    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder.resolve() if folder else None
        self.trouble = ""
        self._looks = self._watch() if folder else None
        self.wait()  # from now on nothing is missed

    def wait(self) -> list[Path]:
        """Give the files that were saved, or none after a tenth of a second."""
        try:
            if self._looks is not None:
                return sorted(filter(self._counts, next(self._looks)))
        except (OSError, RuntimeError) as error:  # such as no more watches allowed
            self.trouble, self._looks = str(error) or type(error).__name__, None
        time.sleep(_TURN)
        return []

    def _watch(self) -> Iterator[list[Path]]:
        # No filter: `watch` gives nothing, not even its turn, while only other files are written.
        turn = int(_TURN * 1000)
        for changes in watchfiles.watch(
            str(self.folder), watch_filter=None, debounce=400, rust_timeout=turn, yield_on_timeout=True
        ):
            yield [Path(path) for _, path in changes]

    def _counts(self, path: Path) -> bool:
        inside = path.parts[len(self.folder.parts) if self.folder else 0 :]
        return path.suffix == ".py" and not any(part.startswith(".") or part == "__pycache__" for part in inside)
