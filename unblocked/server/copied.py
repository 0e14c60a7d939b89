"""The warm process of an owner's apps, and what each copy of it does to be like a fresh Python that serves one app."""

from __future__ import annotations

import gc
import os
import socket
import sys
from pathlib import Path

from unblocked.processes import copies
from unblocked.processes.lines import Lines
from unblocked.server import process, warmth


def main(owner: int, orders: int) -> int:
    """Get warm, say so, and make copies; in each copy, serve its app and give the exit code.

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
    listening, line, *words = copies.become(orders)
    _find_modules_from_here()
    return process.main(int(listening), int(line), *words)


def _find_modules_from_here() -> None:
    """Look for modules where a Python would that is started here: in this folder, then where `PYTHONPATH` says."""
    wanted = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    sys.path[:] = [str(Path.cwd()), *wanted, *(part for part in sys.path[1:] if part not in wanted)]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
