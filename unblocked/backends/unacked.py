"""What a broker still keeps because nobody has acknowledged it."""

from __future__ import annotations

from collections.abc import Collection

from unblocked.backends.client import asks_once

_HASH = "unacked"
"""Where kombu keeps the messages that workers have taken and not acknowledged, by their delivery."""


def keeps(url: str, tasks: Collection[str]) -> bool:
    """Say whether the broker keeps a message of one of these tasks, which a worker has; False where nobody answers.

    Celery acknowledges "before the task runs" when a process of the worker has accepted it: on its way to the broker
    while the task runs already.

    Args:
        url: the broker's address.
        tasks: the ids of the tasks.

    """
    if not tasks:
        return False
    import redis  # here: see `asks_once`

    with asks_once(url, within=1.0) as client:
        try:
            kept: list[bytes] = client.hvals(_HASH)
        except (redis.ConnectionError, redis.TimeoutError):
            return False
    return any(task.encode() in message for task in tasks for message in kept)
