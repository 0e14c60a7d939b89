"""What a served answer's process reports by itself: calls that block its event loop, and from which line."""

from __future__ import annotations

import asyncio
import itertools
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from unblocked.server.lines import Lines

_WAITS = ("connect", "recv", "recv_into")


def install(owner: Lines, answer: str) -> None:
    """Wrap the calls of sockets. Every blocking HTTP client in Python passes here, new connection or kept one."""
    numbers = itertools.count(1)
    reporting = threading.local()
    for name in _WAITS:
        original: Callable[..., Any] = getattr(socket.socket, name)
        setattr(socket.socket, name, _watched(original, name, owner, answer, numbers, reporting))


def _watched(
    original: Callable[..., Any], name: str, owner: Lines, answer: str, numbers: Any, reporting: threading.local
) -> Callable[..., Any]:
    def watched(self: socket.socket, *args: Any, **options: Any) -> Any:
        if self.gettimeout() == 0 or not _on_loop() or getattr(reporting, "now", False):
            return original(self, *args, **options)
        number, reporting.now = next(numbers), True
        try:
            owner.send(blocks=number, call=name, line=line_of(sys._getframe(1), answer))
            reporting.now = False
            return original(self, *args, **options)
        finally:
            reporting.now = True
            owner.send(unblocks=number)
            reporting.now = False

    return watched


def _on_loop() -> bool:
    return asyncio._get_running_loop() is not None


def line_of(frame: Any, answer: str) -> int | None:
    """Find the innermost line of the answer's file below a frame."""
    while frame is not None:
        if frame.f_code.co_filename == answer:
            return int(frame.f_lineno)
        frame = frame.f_back
    return None
