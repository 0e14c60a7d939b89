"""What can be set from outside, by variables of the environment with the same names."""

from __future__ import annotations

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where Valkey and the outside world answer, how long is waited, and how long is kept; all times are seconds.

    A pool of five, so that a lesson sees its end. After a failure, the store is left alone for `store_rest` seconds.
    """

    redis_url: str = "redis://127.0.0.1:6379"
    carriers_url: str = "http://127.0.0.1:8100"
    max_connections: PositiveInt = 5
    pool_timeout: PositiveFloat = 2
    store_timeout: PositiveFloat = 0.5
    store_rest: NonNegativeFloat = 2
    expiry: PositiveInt = 60
    jitter: NonNegativeInt = 10
    unknown_expiry: PositiveInt = 5
    fresh: NonNegativeFloat = 5
    most_entries: PositiveInt = 100
    limit: PositiveInt = 3
    window: PositiveFloat = 1


settings = Settings()
