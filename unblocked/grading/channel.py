"""The checks' side of the line to a served answer: what it has reported, and questions to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from unblocked.server.lines import Lines

Message = dict[str, Any]


class Channel:
    """Collects what a served answer reports, in a thread, so that a check can wait for any of it."""

    def __init__(self, connection: socket.socket) -> None:
        self._lines = Lines(connection)
        self.messages: list[Message] = []
        self.changed = threading.Condition()
        self.open = True
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for message in self._lines:
            with self.changed:
                self.messages.append(message)
                self.changed.notify_all()
        with self.changed:
            self.open = False
            self.changed.notify_all()

    def first(self, key: str) -> Any:
        """Give what the first message with this key says, or None."""
        return next((m[key] for m in self.messages if key in m), None)

    def wait(self, holds: Callable[[], object], *, limit: float) -> bool:
        """Wait until it holds or the answer's process is gone; say whether it holds. The limit is for what hangs."""
        with self.changed:
            self.changed.wait_for(lambda: holds() or not self.open, limit)
            return bool(holds())

    def ask(self, key: str, *, limit: float, **question: Any) -> Any:
        """Ask the answer's process, and give what it says under the same key; None when it says nothing."""
        seen = len(self.messages)
        try:
            self._lines.send(ask=key, **question)
        except OSError:
            return None
        self.wait(lambda: any(key in m for m in self.messages[seen:]), limit=limit)
        return next((m[key] for m in self.messages[seen:] if key in m), None)
