"""The broker of one check: a real Valkey of its own, which the check may end, silence, and look into."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import redis

from unblocked.backends.valkey import answers, command
from unblocked.grading.patience import LOOK, stretch
from unblocked.processes import kernel

_FAR = 20.0
"""Seconds after which a broker that is still starting is given up; more on a machine that is busy."""


TEXT: dict[str, Any] = {"decode_responses": True, "encoding_errors": "replace"}
"""How a check reads what is there: as text, whatever an answer has written."""


class Broker:
    """A Valkey that keeps nothing on disk.

    Attributes:
        url: its address as `redis.Redis.from_url` takes it.
        pid: its process id.

    """

    options: tuple[str, ...] = ()
    """What the server is told beyond where it is."""

    def __init__(self, folder: str) -> None:
        """Start it in a folder; `wait_until_ready` waits for it. A socket's path has at most about 100 bytes."""
        self.path = Path(tempfile.mkdtemp(prefix="b", dir=folder)) / "v"
        self.url = f"unix://{self.path}"
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [*command(self.path), *self.options], stdout=subprocess.DEVNULL, start_new_session=True
        )
        self.pid = self._process.pid

    def wait_until_ready(self) -> None:
        """Return when it answers."""
        end = time.monotonic() + _FAR * stretch()
        while not answers(self.path):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Valkey did not start (exit code {self._process.returncode})")
            time.sleep(LOOK)

    def client(self) -> redis.Redis:
        """Give a client that looks into it."""
        return redis.Redis(unix_socket_path=str(self.path), **TEXT)

    def kill(self) -> None:
        """End it as a crash does; what it held is lost, and whoever asks it is refused."""
        self._process.kill()
        self._process.wait()

    def again(self) -> None:
        """Start another one in its place, empty."""
        self._start()
        self.wait_until_ready()

    def pause(self) -> None:
        """Keep it from doing anything: whoever asks it is connected, and hears nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        kernel.await_stop(self.pid)

    def go_on(self) -> None:
        """End the pause."""
        os.kill(self.pid, signal.SIGCONT)
