"""The warm process of an owner, and what each copy of it does to be like a fresh Python: of an app, or of a worker."""

from __future__ import annotations

import gc
import importlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from unblocked.processes import copies
from unblocked.processes.lines import Lines
from unblocked.server import warmth


def main(owner: int, orders: int) -> int:
    """Get warm, say so, and make copies; in each copy, run the module that its first word names; give the exit code.

    Args:
        owner: the inherited socket on which it says that it is warm.
        orders: that on which the supervisor asks for copies.

    """
    warmth.import_all()
    warmth.rehearse()
    gc.collect()
    gc.freeze()  # what the copies share stays shared: the collector does not touch it
    with socket.socket(fileno=owner) as connection:
        Lines(connection).send(warm=True)
    module, *words = copies.become(orders, meanwhile=_warmer())
    _find_modules_from_here()
    code: int = importlib.import_module(module).run(words)
    return code


def _warmer() -> Iterator[None]:
    """Import what workers and databases' clients use: fewer want that, so nobody waits for it."""
    for name in (*warmth.OF_DATABASES, *warmth.OF_CELERY):
        warmth.import_all(name)
        yield
    gc.collect()
    gc.freeze()
    yield


def _find_modules_from_here() -> None:
    """Look for modules where a Python would that is started here: in this folder, then where `PYTHONPATH` says."""
    wanted = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    sys.path[:] = [str(Path.cwd()), *wanted, *(part for part in sys.path[1:] if part not in wanted)]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
