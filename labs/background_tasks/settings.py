"""What can be set from outside, by variables of the environment with the same names."""

from __future__ import annotations

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the outside world answers, what the ledger lends, which jobs are remembered, how long a shutdown waits."""

    carriers_url: str = "http://127.0.0.1:8100"
    leases: int = 2
    lease_timeout: float = 1.0
    most_jobs: int = 1000
    keep_jobs: float = 600.0
    grace: float = 1.0


settings = Settings()
