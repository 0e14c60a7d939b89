"""What can be set from outside, by variables of the environment with the same names."""

from __future__ import annotations

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the outside world and Redis answer, how long results are kept, when a lost task is given to others.

    Where its broker is, Celery reads by itself: in `CELERY_BROKER_URL` and `CELERY_RESULT_BACKEND`.
    """

    carriers_url: str = "http://127.0.0.1:8100"
    redis_url: str = "redis://127.0.0.1:6379"
    keep_results: int = 600
    visibility_timeout: int = 3


settings = Settings()
