"""What can be set from outside, by variables of the environment with the same names."""

from __future__ import annotations

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the database and the outside world answer, and how many connections a process may have.

    A pool of five without overflow, and a second and a quarter of patience, so that a lesson sees both ends of it.
    """

    database_url: str = "postgresql+asyncpg://parcel@localhost/parcel"
    carriers_url: str = "http://127.0.0.1:8100"
    pool_size: int = 5
    max_overflow: int = 0
    pool_timeout: float = 1.25


settings = Settings()
