"""Notes who waits for a key-value store, Valkey or Redis, that is asked by `redis.asyncio`, and for a connection to it.

The sync client needs no place of its own: who waits in it is on the event loop, or in a thread.
"""

from __future__ import annotations

import sys
from typing import Any

from unblocked.recorder.probes import note_waits

_LONGEST = 24
"""Letters of a key that are told."""


def note_stores() -> None:
    """Note them from now on in this process; nothing where the app has not imported the client."""
    if "redis.asyncio" not in sys.modules:
        return
    from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
    from redis.asyncio.client import Pipeline

    note_waits(Redis, "execute_command", "store", lambda _self, *words: _shortened(words))
    note_waits(Pipeline, "execute", "store", lambda pipeline, *_: f"{len(pipeline.command_stack)} commands")
    for pool in (ConnectionPool, BlockingConnectionPool):
        note_waits(pool, "get_connection", "connection", lambda *_: "")


def _shortened(words: tuple[Any, ...]) -> str:
    """Say what is asked, and of which key.

    >>> _shortened(("SET", "rate:7", b"12.50", "EX", 60))
    'SET rate:7'
    """
    name = str(words[0]).upper()
    keys = words[3:4] if name in {"EVAL", "EVALSHA"} else words[1:2]
    return " ".join([name, *(_text(key)[:_LONGEST] for key in keys)])


def _text(key: Any) -> str:
    return key.decode(errors="replace") if isinstance(key, bytes) else str(key)
