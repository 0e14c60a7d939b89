"""What is done once before an app and its workers start, such as applying the migrations of its database."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.server.warm import warm

_MODULE = "unblocked.stack.preparation"

_LIMIT = 60.0
"""Seconds after which it is given up."""


def prepare(module: str, env: Mapping[str, str]) -> None:
    """Run a module's `main()` in a process of its own, and return when it has ended.

    Raises:
        Fault: it fails, or is not done after a minute; with what it has printed.

    """
    of = warm().process(env)
    argv = [_MODULE, module] if of else [sys.executable, "-m", _MODULE, module]
    child = keeper().start(argv, name="prepare", env=env, cwd=Path.cwd(), of=of)
    try:
        code = child.wait(_LIMIT)
    finally:
        child.stop()
    if code != 0:
        how = "did not end" if code is None else f"ended with code {code}"
        raise Fault(f"`{module}`, which prepares the app, {how}. It printed:\n\n{child.printed}".rstrip())


def run(words: list[str]) -> int:
    """Run the `main()` of the module that the first word names; give the exit code."""
    importlib.import_module(words[0]).main()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
