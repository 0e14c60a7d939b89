"""A client of a Valkey for what the course itself wants to know of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import redis


def asks_once(url: str, *, within: float, **options: Any) -> redis.Redis:
    """Give a client that asks once: by itself, it would try again, and sleep for longer than a server takes to start.

    Args:
        url: the server's address.
        within: seconds that a connection may take, and an answer.
        options: further ones of `redis.Redis`.

    """
    import redis  # here: it takes as long as a server that is starting meanwhile, and few ever ask one
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis.from_url(
        url, socket_timeout=within, socket_connect_timeout=within, retry=Retry(NoBackoff(), retries=0), **options
    )
