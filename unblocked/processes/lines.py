"""A channel of JSON lines between an owner and its process."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any


class Lines:
    """Sends and receives JSON objects over a socket, one a line. Sending is safe from several threads."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._sending = threading.Lock()
        self._heard = bytearray()

    def send(self, **message: Any) -> None:
        """Send one object; `OSError` when the other side is gone."""
        data = json.dumps(message).encode() + b"\n"
        with self._sending:
            self._socket.sendall(data)

    def receive(self, *, within: float | None = None) -> dict[str, Any] | None:
        """Wait for the next object; None when the other side is gone, or says nothing `within` seconds, or we close."""
        looked = 0
        while (end := self._heard.find(b"\n", looked)) < 0:
            looked = len(self._heard)
            if not self._hear(within):
                return None
        message: dict[str, Any] = json.loads(self._heard[:end])
        del self._heard[: end + 1]
        return message

    def _hear(self, within: float | None) -> bool:
        """Take what has come. Kept by ourselves: a file loses it when an interrupt comes while it reads."""
        try:
            self._socket.settimeout(within)
            data = self._socket.recv(1 << 20)
        except OSError:
            return False
        self._heard += data
        return bool(data)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (message := self.receive()) is not None:
            yield message

    def close(self) -> None:
        """Close this side; the other side's reading ends."""
        self._socket.close()
