"""What is known of a running answer: messages that come from its process or its loop, for a check to wait on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from unblocked.processes.awake import STEP, Awake
from unblocked.processes.lines import Lines

Message = dict[str, Any]

BEAT = "/-/beat"
"""The path at which a served answer's event loop is asked for a turn."""


class Board:
    """Collects messages from any thread; a check waits until what they say holds.

    Attributes:
        messages: all of them, oldest first.
        open: whether more can come.

    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.changed = threading.Condition()
        self.open = True

    def post(self, **message: Any) -> None:
        """Add a message."""
        with self.changed:
            self.messages.append(message)
            self.changed.notify_all()

    def touch(self) -> None:
        """Wake those who wait for something that is not a message."""
        with self.changed:
            self.changed.notify_all()

    def close(self) -> None:
        """Say that no more will come."""
        with self.changed:
            self.open = False
            self.changed.notify_all()

    def first(self, key: str) -> Any:
        """Give what the first message with this key says, or None."""
        return next((m[key] for m in list(self.messages) if key in m), None)

    def all(self, key: str) -> list[Message]:
        """Give every message that has this key."""
        return [m for m in list(self.messages) if key in m]

    def wait(self, holds: Callable[[], object], *, limit: float) -> bool:
        """Wait until it holds or no more can come; say whether it holds. The limit is for what hangs."""
        awake = Awake()
        with self.changed:
            while not holds() and self.open and (left := limit - awake()) > 0:
                self.changed.wait(min(left, STEP))
            return bool(holds())


class Channel(Board):
    """A board that is filled by another process, and can put questions to it."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self._lines = Lines(connection)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for message in self._lines:
            self.post(**message)
        self.close()

    def send(self, **message: Any) -> None:
        """Tell the other process something."""
        self._lines.send(**message)

    def ask(self, key: str, *, limit: float, **question: Any) -> Any:
        """Ask the other process, and give what it says under the same key; None when it says nothing."""
        seen = len(self.messages)
        try:
            self._lines.send(ask=key, **question)
        except OSError:
            return None
        self.wait(lambda: any(key in m for m in self.messages[seen:]), limit=limit)
        return next((m[key] for m in self.messages[seen:] if key in m), None)
