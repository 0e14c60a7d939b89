"""Parcel quotes prices. While one customer waits for a carrier, nobody else is served."""

from __future__ import annotations

import requests
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the carriers answer; `CARRIERS_URL` in the environment."""

    carriers_url: str = "http://127.0.0.1:8100"


class Quote(BaseModel):
    """What a carrier takes for a parcel."""

    carrier: str
    parcel: int
    price: float


settings = Settings()
app = FastAPI(title="Parcel")


@app.get("/quotes/{parcel}")
async def quote(parcel: int) -> Quote:
    """Ask a carrier for its price."""
    url = f"{settings.carriers_url}/carriers/swift/quote?parcel={parcel}"
    answer = requests.get(url, timeout=30)  # the thread that serves everybody waits here
    return Quote.model_validate(answer.json())


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}
