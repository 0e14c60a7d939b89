"""Ports of this computer, for what listens on it."""

from __future__ import annotations

import errno
import socket

from unblocked.faults import Fault


def free(port: int | None) -> int:
    """Find a free port, or see that the wanted one is. Raises a `Fault` where it is not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port or 0))
        except OSError as error:
            raise _no_port(port, error) from error
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Say whether a program listens at a port, or nobody may."""
    try:
        free(port)
    except Fault:
        return True
    return False


def _no_port(port: int | None, error: OSError) -> Fault:
    mend = "Leave out `--port`: `python3 -m unblocked start` takes a free one."
    if error.errno == errno.EADDRINUSE:
        return Fault(f"Port {port} is taken by another program. {mend}")
    return Fault(f"Port {port} cannot be used ({error.strerror}). {mend}")
