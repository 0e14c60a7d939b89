"""The course folder as an installer sees it: its locks, its `.venv`, and what an installation depends on."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

PLAIN, DEV = "requirements.txt", "requirements-dev.txt"
"""The two locks. The second has all that the first has, and what only `test` needs."""


@dataclass(frozen=True)
class Course:
    """A copy of the course on this computer."""

    folder: Path

    @classmethod
    def here(cls) -> Course:
        """Find the copy that this very file belongs to."""
        return cls(Path(__file__).resolve().parents[2])

    @property
    def venv(self) -> Path:
        """Where the environment belongs."""
        return self.folder / ".venv"

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.venv / "bin" / "python"

    @property
    def bytecode(self) -> Path:
        """Where Python keeps what it has compiled, if it may not do so beside the sources."""
        return (self.venv if self.is_ours else _cache()) / "bytecode"

    @property
    def is_ours(self) -> bool:
        """Whether we may write into the environment: in a shared or read-only course we may not."""
        return os.access(self.venv, os.W_OK)

    def fingerprint(self, lock: str) -> str:
        """Tell in one word what an installation of this lock is made from; another word means: install again."""
        word = hashlib.sha256()
        for file in (self.folder / lock, self.folder / "pyproject.toml", *self._settings()):
            word.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        return word.hexdigest()

    def _settings(self) -> list[Path]:
        """Give the files that pyproject.toml has copied into the environment."""
        return sorted((self.folder / "unblocked" / "notebook" / "environment").glob("*.*"))


def _cache() -> Path:
    """Give the folder of ours among the learner's caches."""
    return Path(os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache"), "unblocked")  # noqa: PTH111
