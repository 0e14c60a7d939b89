"""The process that holds a claim: it gives the database back when its owner is gone, however that happened."""

from __future__ import annotations

import os
import signal
import socket
import sys

from unblocked.backends.claim import claim
from unblocked.faults import Fault
from unblocked.processes.lines import Lines


def main(owner: int) -> int:
    """Claim a database of `REDIS_URL`, say which, and hold it until told to end, as happens when the owner is gone.

    Args:
        owner: the inherited socket on which its owner hears which it is.

    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # it has to wait until we can give back what is ours
    lines = Lines(socket.socket(fileno=owner))
    try:
        claimed = claim(os.environ["REDIS_URL"])  # no argument: others see commands, and it may have a password
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
    sys.exit(main(int(sys.argv[1])))
