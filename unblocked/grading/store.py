"""The key-value store of one check: a real Valkey of its own, which knows what it was asked, and is harmed."""

from __future__ import annotations

import redis

from unblocked.grading.broker import TEXT, Broker

_NAME = "check"
"""What the check's own connections are called."""

_GREETING = {"AUTH", "CLIENT", "COMMAND", "CONFIG", "HELLO", "INFO", "PING", "SELECT"}
"""What clients say of themselves when they connect, and when they look whether anybody is there."""

_MOST_KEPT = 100_000


class Store(Broker):
    """A Valkey that keeps nothing on disk; the answer finds its address in `REDIS_URL`.

    Attributes:
        url: its address as `redis.Redis.from_url` takes it.
        pid: its process id.

    """

    options = ("--slowlog-log-slower-than", "0", "--slowlog-max-len", str(_MOST_KEPT))

    def client(self) -> redis.Redis:
        """Give a client of the check's own: what it asks does not count as asked by the answer."""
        return redis.Redis(unix_socket_path=str(self.path), client_name=_NAME, **TEXT)

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
