"""The key-value store of one check: a real Valkey of its own, which knows what it was asked, and is harmed."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from unblocked.backends.valkey import answers, command
from unblocked.grading.relay import Relay
from unblocked.grading.server import Server
from unblocked.processes import kernel

_NAME = "check"
"""What the check's own connections are called."""

_GREETING = {"AUTH", "CLIENT", "COMMAND", "CONFIG", "HELLO", "INFO", "PING", "SELECT"}
"""What clients say of themselves when they connect, and when they look whether anybody is there."""

_MOST_KEPT = 100_000
_LOG = ["--slowlog-log-slower-than", "0", "--slowlog-max-len", str(_MOST_KEPT)]
"""Every command is slow enough to be logged, with who has sent it."""


class Store(Server):
    """A Valkey that keeps nothing on disk; the answer finds its address in `REDIS_URL`. A queue has it as its broker.

    Attributes:
        path: its socket.
        url: its address as `redis.Redis.from_url` takes it.

    """

    label = "Valkey"

    def __init__(self, folder: str) -> None:
        """Start it in a folder; `wait_until_ready` waits for it. A socket's path has at most about 100 bytes."""
        self.path = self._socket = Path(tempfile.mkdtemp(prefix="b", dir=folder)) / "v"
        self.url = f"unix://{self.path}"
        self._start()

    def _start(self) -> None:
        self._begin([*command(self.path), *_LOG], stdout=subprocess.DEVNULL)

    def wait_until_ready(self) -> None:
        """Return when it answers."""
        self._await_answer(lambda: answers(self.path))

    def client(self) -> redis.Redis:
        """Give a client of the check's own: what it asks does not count as asked by the answer.

        It reads everything as text, whatever an answer has written.
        """
        path = str(self._socket)
        return redis.Redis(unix_socket_path=path, client_name=_NAME, decode_responses=True, encoding_errors="replace")

    # What the answer does with it.

    @property
    def commands(self) -> list[list[str]]:
        """What the answer has asked so far, each command as its words, in the order in which it was done.

        What a script does stands before the script. `EXEC` is not told, nor what clients say when they connect.
        """
        with self.client() as client:
            told = client.execute_command("SLOWLOG", "GET", _MOST_KEPT)
        asked = [words for *_, words, _, name in reversed(told) if name != _NAME]
        return [words for words in asked if words[0].upper() not in _GREETING]

    def asked(self, *names: str) -> list[list[str]]:
        """Give the answer's commands of these names: `asked("GET", "MGET")`; all of them without a name."""
        wanted = {name.upper() for name in names}
        return [each for each in self.commands if not wanted or each[0].upper() in wanted]

    @property
    def keys(self) -> list[str]:
        """The keys that there are now, sorted."""
        with self.client() as client:
            return sorted(client.scan_iter())

    @property
    def connections(self) -> int:
        """How many connections the answer has open."""
        with self.client() as client:
            return sum(each["name"] != _NAME for each in client.client_list())

    # What can happen to it.

    def kill(self) -> None:
        """End it as a crash does; what it held is lost, and whoever asks it is refused."""
        self._end(self._process.kill)

    def again(self) -> None:
        """Start another one in its place, empty."""
        self._start()
        self.wait_until_ready()

    @contextmanager
    def relayed(self) -> Iterator[Relay]:
        """Have the answer's connections go through a relay, which can hold a reply.

        Those that are open are ended, as an operator may at any time: a client connects anew.
        """
        self._socket = self.path.with_name("r")
        self.path.rename(self._socket)
        relay = Relay(self.path, server=self._socket)
        try:
            self._end_connections()
            yield relay
        finally:
            relay.close()
            self._socket = self._socket.replace(self.path)

    def _end_connections(self) -> None:
        with self.client() as client:
            for each in client.client_list():
                if each["name"] != _NAME:
                    client.client_kill_filter(_id=each["id"])

    def pause(self) -> None:
        """Keep it from doing anything: whoever asks it is connected, and hears nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        kernel.await_stop(self.pid)

    def go_on(self) -> None:
        """End the pause."""
        os.kill(self.pid, signal.SIGCONT)
