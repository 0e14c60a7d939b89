"""Waiting in tests: for a state, never for a time."""

import time
from collections.abc import Callable

FAR = 180.0
"""Seconds after which a test stops waiting for what will not come."""


def until(holds: Callable[[], object], what: str) -> None:
    """Return as soon as it holds; fail, far away, naming what did not come."""
    end = time.monotonic() + FAR
    while not holds():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.01)
