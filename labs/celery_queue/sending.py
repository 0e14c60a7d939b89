"""Hands work to the queue, and gives up soon when nobody takes it."""

from __future__ import annotations

from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

sender = Celery("parcel", set_as_current=False)
sender.conf.update(  # for a process that answers customers; a worker may wait for its broker
    broker_transport_options={"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0},
    redis_socket_connect_timeout=1,
    redis_socket_timeout=1,
    result_backend_transport_options={"retry_policy": {"max_retries": 0}},
)


class NoBroker(ConnectionError):
    """Nobody has said that the work is taken."""


def hand_over(name: str, *args: Any, **options: Any) -> str:
    """Hand a task to the queue and give its id. It is a network call: run it in a thread.

    Raises:
        NoBroker: nobody says that it is taken. It may be, if only the answer was late.

    """
    try:
        return str(sender.send_task(name, args, retry=False, **options).id)
    except (OperationalError, RedisError, RuntimeError) as error:  # the broker's, redis-py's own, the results'
        raise NoBroker(f"nobody takes `{name}`") from error
