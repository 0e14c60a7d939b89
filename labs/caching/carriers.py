"""The carriers of the outside world, who are asked for a rate, and take their time."""

from __future__ import annotations

from typing import Annotated

import httpx
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, FiniteFloat


class Rate(BaseModel):
    """What a carrier takes for a parcel to a zone; nobody changes it, so it can be given to many."""

    model_config = ConfigDict(frozen=True)

    zone: int
    price: FiniteFloat


async def ask_rate(carriers: httpx.AsyncClient, zone: int) -> Rate:
    """Ask the carrier swift for the rate of a zone."""
    answer = await carriers.get("/carriers/swift/quote", params={"parcel": zone})
    return Rate(zone=zone, price=answer.raise_for_status().json()["price"])


async def find_rate(carriers: httpx.AsyncClient, zone: int) -> Rate | None:
    """Ask the carrier snail, who does not serve every zone: 404 means that there is no rate, which is an answer."""
    answer = await carriers.get("/carriers/snail/quote", params={"parcel": zone})
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    return Rate(zone=zone, price=answer.raise_for_status().json()["price"])


async def read_carriers(request: Request) -> httpx.AsyncClient:
    """Give the client that asks the carriers."""
    client: httpx.AsyncClient = request.app.state.carriers
    return client


Carriers = Annotated[httpx.AsyncClient, Depends(read_carriers)]
