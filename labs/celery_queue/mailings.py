"""The mailings that Parcel has begun, known in Redis: a queue knows no id that it does not know."""

from __future__ import annotations

from typing import Any

import redis
from pydantic import BaseModel

from labs.celery_queue.sending import sender
from labs.celery_queue.settings import settings


class Progress(BaseModel):
    """How far a mailing is."""

    mailing: str
    state: str
    done: int = 0
    total: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more comes."""
        return self.state in {"SUCCESS", "FAILURE", "REVOKED"}


def remember(mailing: str) -> None:
    """Note that there is such a mailing, for as long as its result is kept."""
    with redis.Redis.from_url(settings.redis_url) as client:
        client.set(f"mailing:{mailing}", 1, ex=settings.keep_results)


def known(mailing: str) -> bool:
    """Say whether there is, or was until a while ago, such a mailing."""
    with redis.Redis.from_url(settings.redis_url) as client:
        return bool(client.exists(f"mailing:{mailing}"))


def progress(mailing: str) -> Progress:
    """Read how far a mailing is: one look, for state and numbers can change between two."""
    told = sender.backend.get_task_meta(mailing)
    numbers: dict[str, Any] = told["result"] if isinstance(told["result"], dict) else {}
    counted = {key: value for key, value in numbers.items() if key in {"done", "total"}}
    return Progress(mailing=mailing, state=told["status"], **counted)
