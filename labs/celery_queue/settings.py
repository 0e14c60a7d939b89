"""What can be set from outside, by variables of the environment with the same names."""

from __future__ import annotations

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the outside world answers."""

    carriers_url: str = "http://127.0.0.1:8100"


settings = Settings()
