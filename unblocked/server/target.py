"""What to serve: a lab's name, an import string, or a file."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from unblocked.course import course
from unblocked.faults import Fault, unknown


@dataclass(frozen=True, slots=True)
class Target:
    """An ASGI app to import: from a module, or from a file that is no module. `source` is the file that has it."""

    name: str
    module: str
    attribute: str
    source: Path
    is_file: bool = False

    @classmethod
    def of(cls, text: str) -> Target:
        """Find what is meant.

        Args:
            text: a lab (`routes`), an import string (`labs.routes.app:app`), or a file (`answer.py`, `answer.py:api`).

        Raises:
            Fault: there is no such lab, module or file; the nearest names are in its message.

        """
        if not isinstance(text, str) or not text.strip():
            raise Fault(
                "Say what to serve: a lab such as `routes`, an import string such as `shop.main:app`, or a file."
            )
        place, _, attribute = text.partition(":")
        if place.endswith(".py") or "/" in place:
            return cls._file(Path(place), attribute or "app")
        if "." in place or attribute:
            return cls._module(place, attribute or "app")
        if (course() / "labs" / place / "app.py").is_file():
            return cls._module(f"labs.{place}.app", "app", name=place)
        raise unknown("lab", text, labs())

    @classmethod
    def _file(cls, path: Path, attribute: str) -> Target:
        if not path.is_file():
            raise Fault(f"There is no file `{path}`. A lab is named without a path: {_list(labs())}.")
        return cls(path.stem, path.stem, attribute, path.resolve(), is_file=True)

    @classmethod
    def _module(cls, module: str, attribute: str, *, name: str | None = None) -> Target:
        source = _source(module)
        if source is None:
            raise Fault(f"There is no module `{module}` to import here. Labs are named alone: {_list(labs())}.")
        return cls(name or module, module, attribute, source)


def labs() -> list[str]:
    """Give the names of all labs."""
    return sorted(p.parent.name for p in (course() / "labs").glob("*/app.py"))


def _source(module: str) -> Path | None:
    """Find a module's file as the new process will, without importing its package here."""
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", module):
        return None
    importlib.invalidate_caches()
    origin, places = None, [str(course()), *sys.path, str(Path.cwd())]
    for part in module.split("."):
        spec = PathFinder.find_spec(part, places)
        if spec is None:
            return None
        origin, places = spec.origin, list(spec.submodule_search_locations or [])
    return Path(origin) if origin else None


def _list(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
