"""Imports an app from a module or a file, and says what is wrong with what was found there."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from starlette.applications import Starlette

from unblocked.faults import Fault
from unblocked.recorder.middleware import App
from unblocked.server import compiling


def load(module: str, attribute: str, file: str | None) -> App:
    """Import the app.

    Raises:
        Fault: the module or file has no such app. Whatever its code raises comes through as it is.

    """
    found, place = imported(module, file), Path(file).name if file else module
    if not hasattr(found, attribute):
        raise Fault(f"There is no `{attribute}` in `{place}`.{_others(found, place)}")
    app = getattr(found, attribute)
    if isinstance(app, type):
        raise Fault(
            f"`{attribute}` in `{place}` is the class `{app.__name__}`, not an app: `{app.__name__}()` makes one."
        )
    if not callable(app):
        raise Fault(f"`{attribute}` in `{place}` is of type `{type(app).__name__}`, not an app such as `FastAPI()`.")
    return app  # type: ignore[no-any-return]


def _others(found: ModuleType, place: str) -> str:
    apps = [name for name, value in vars(found).items() if isinstance(value, Starlette)]
    return "".join(f" It has `{name}`: serve `{place}:{name}`." for name in apps[:1])


def imported(module: str, file: str | None) -> ModuleType:
    """Import a module, or a file under this name, as it was saved last.

    Raises:
        Fault: the file is no Python file. Whatever its code raises comes through as it is.

    """
    compiling.install()
    if file is None:
        return importlib.import_module(module)
    spec = compiling.anew(importlib.util.spec_from_file_location(module, file))
    if spec is None or spec.loader is None:
        raise Fault(f"`{Path(file).name}` is no Python file.")
    made = importlib.util.module_from_spec(spec)
    sys.modules[module] = made
    sys.path.insert(0, str(Path(file).parent))
    spec.loader.exec_module(made)
    return made
