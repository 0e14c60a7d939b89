"""What can be set from outside, in groups, each with a prefix of its own in the environment."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from fastapi import Depends
from pydantic import Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class CarrierSettings(BaseSettings):
    """How the carriers are asked: `CARRIERS_URL`, `CARRIERS_TIMEOUT`, and by default which: `CARRIERS_FAVOURITE`."""

    model_config = SettingsConfigDict(env_prefix="CARRIERS_")

    url: str = "http://127.0.0.1:8100"
    timeout: PositiveFloat = 30
    favourite: str = "swift"


class LedgerSettings(BaseSettings):
    """How many leases there are, and how many seconds somebody waits for one: `LEDGER_LEASES`, `LEDGER_PATIENCE`."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_")

    leases: PositiveInt = 5
    patience: PositiveFloat = 30


class Settings(BaseSettings):
    """All groups, and what belongs to none of them: `STAMP_PATIENCE` in seconds, `TOKEN`, `HTTP_MIDDLEWARE`."""

    carriers: CarrierSettings = Field(default_factory=CarrierSettings)
    ledger: LedgerSettings = Field(default_factory=LedgerSettings)
    stamp_patience: PositiveFloat = 1
    token: SecretStr = SecretStr("let-me-in")
    http_middleware: bool = False


@cache
def read_settings() -> Settings:
    """Read the environment once; a value of the wrong kind ends the start."""
    return Settings()


async def get_settings() -> Settings:
    """Give the settings to a route; `async`, so that it needs no thread."""
    return read_settings()


Configured = Annotated[Settings, Depends(get_settings)]
