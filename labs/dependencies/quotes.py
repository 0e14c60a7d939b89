"""Quotes: the client that asks the carrier, built for each request, by a class, or once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends

from labs.dependencies.clients import ClassClient, Client, OwnClient, meter
from labs.dependencies.services import Quote, ask_price

router = APIRouter(tags=["quotes"])


@router.get("/quotes/own/{parcel}")
async def quote_own(parcel: int, client: OwnClient) -> Quote:
    """Ask a carrier with a client that was built for this request."""
    return await ask_price(client, parcel)


@router.get("/quotes/class/{parcel}")
async def quote_class(parcel: int, kept: ClassClient) -> Quote:
    """Ask a carrier with the client that a class keeps."""
    return await ask_price(kept.client, parcel)


@router.get("/quotes/shared/{parcel}")
async def quote_shared(parcel: int, client: Client) -> Quote:
    """Ask a carrier with the one client that the lifespan built."""
    return await ask_price(client, parcel)


async def stand_in_line() -> AsyncGenerator[None]:
    """Keep a place, from before the route until its exit."""
    yield


InLine = Annotated[None, Depends(stand_in_line, max_concurrency=3)]  # one alias, one limit for all who use it


@router.get("/quotes/turtle/{parcel}")
async def quote_turtle(parcel: int, client: Client, _: InLine) -> Quote:
    """Ask the carrier turtle, which takes three questions at a time."""
    return await ask_price(client, parcel, carrier="turtle")


@router.get("/clients")
async def clients() -> dict[str, dict[str, int]]:
    """Say how many clients were built, and how many connections they opened, by who built them."""
    return {"clients": dict(meter.clients), "connections": dict(meter.connections)}
