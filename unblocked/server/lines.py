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
        self._reader = connection.makefile("rb")

    def send(self, **message: Any) -> None:
        """Send one object; `OSError` when the other side is gone."""
        data = json.dumps(message).encode() + b"\n"
        with self._sending:
            self._socket.sendall(data)

    def receive(self) -> dict[str, Any] | None:
        """Wait for the next object; None when the other side is gone."""
        try:
            line = self._reader.readline()
        except OSError:
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (message := self.receive()) is not None:
            yield message

    def close(self) -> None:
        """Close this side; the other side's reading ends."""
        self._reader.close()
        self._socket.close()
