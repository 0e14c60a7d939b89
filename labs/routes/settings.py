"""What can be set from outside, by variables of the environment with the same names."""

from __future__ import annotations

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the carriers answer, how many worker threads FastAPI may use, whether the event loop is in debug mode."""

    carriers_url: str = "http://127.0.0.1:8100"
    tokens: int = 40
    asyncio_debug: bool = False


settings = Settings()


def quote_url(parcel: int) -> str:
    """Give the address at which the carrier swift names its price for a parcel."""
    return f"{settings.carriers_url}/carriers/swift/quote?parcel={parcel}"
