"""The process of a preparation: imports a module at once, and runs its `main()` when it is told to."""

from __future__ import annotations

import importlib
import socket
import sys

from unblocked.processes.lines import Lines
from unblocked.server import modules


def run(words: list[str]) -> int:
    """Be the process, told the number of an inherited socket and the name of a module; give the exit code."""
    begin, name = words
    modules.arrange()
    module = importlib.import_module(name)
    if Lines(socket.socket(fileno=int(begin))).receive() is None:
        return 1  # the owner is gone
    module.main()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
