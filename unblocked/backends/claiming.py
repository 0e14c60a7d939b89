"""The process that holds a claim: it gives the database back when its owner is gone, however that happened."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys

from unblocked.faults import Fault
from unblocked.processes.lines import Lines

_CLAIMS = {"REDIS_URL": "valkey", "DATABASE_URL": "postgres"}
"""The modules that claim: each imports a client that the other needs not."""


def main(owner: int, variable: str) -> int:
    """Claim a database, say which, and hold it until told to end, as happens when the owner is gone.

    Args:
        owner: the inherited socket on which its owner hears which it is.
        variable: what names the server in the environment.

    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # it has to wait until we can give back what is ours
    lines = Lines(socket.socket(fileno=owner))
    try:
        claims = importlib.import_module(f"unblocked.backends.claims.{_CLAIMS[variable]}")
        # No argument has the address: others see commands, and it may have a password.
        claimed = claims.claim(os.environ[variable])
    except Fault as fault:
        lines.send(failed=fault.message)
        return 3
    try:
        lines.send(url=claimed.url, server=claimed.server)
        signal.sigwait({signal.SIGTERM})
    finally:
        claimed.give_back()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
