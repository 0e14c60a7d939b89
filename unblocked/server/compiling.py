"""Compiles an app's own files each time they are imported, so that what is served is what was saved last.

Python tells whether kept bytecode belongs to a file by its size and its time of saving in whole seconds (PEP 3147):
of two versions of equal size that are saved within one second, the first would be served for good.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

_INSTALLED = tuple({str(Path(sysconfig.get_path(name))) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


class _Loader(SourceFileLoader):
    """Loads a file without a look at kept bytecode, and keeps none."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  # it is of one module only
        return self.source_to_code(self.get_data(self.path), self.path)


class _Finder:
    """Finds modules as Python does, and has those compiled that belong to no installed package."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        return anew(PathFinder.find_spec(name, path, target))


def anew(spec: ModuleSpec | None) -> ModuleSpec | None:
    """Have a module compiled when it is loaded, unless it is of an installed package, which nobody edits."""
    if spec and type(spec.loader) is SourceFileLoader and not spec.loader.path.startswith(_INSTALLED):
        spec.loader = _Loader(spec.name, spec.loader.path)
    return spec


def install() -> None:
    """Compile, from now on, each module of this process that is of no installed package."""
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(PathFinder), _Finder)
