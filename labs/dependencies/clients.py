"""Clients of the carriers: one for each request, one kept by a class, one for all requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import httpx
from fastapi import Depends, Request

from labs.dependencies.settings import read_settings


class Meter:
    """How many clients were built, and how many connections they opened, by who built them."""

    def __init__(self) -> None:
        self.clients: Counter[str] = Counter()
        self.connections: Counter[str] = Counter()

    def watch(self, client: httpx.AsyncClient, built_by: str) -> httpx.AsyncClient:
        """Count a client, and each connection that it opens from now on."""
        self.clients[built_by] += 1

        async def trace(event: str, _: dict[str, Any]) -> None:
            self.connections[built_by] += event == "connection.connect_tcp.complete"

        async def follow(request: httpx.Request) -> None:
            request.extensions = {**request.extensions, "trace": trace}

        client.event_hooks["request"].append(follow)
        return client


meter = Meter()


def build_client(built_by: str) -> httpx.AsyncClient:
    """Build a client with a pool of connections of its own."""
    settings = read_settings().carriers
    client = httpx.AsyncClient(base_url=settings.url, timeout=settings.timeout)  # loads the trusted certificates
    return meter.watch(client, built_by)


async def get_own_client() -> AsyncGenerator[httpx.AsyncClient]:
    """Build a client for this request, and close it afterwards."""
    async with build_client("request") as client:
        yield client


class KeptByTheClass:
    """Asks the carriers through a client that the first instance builds for all."""

    _kept: httpx.AsyncClient | None = None

    def __init__(self) -> None:
        if KeptByTheClass._kept is None:
            KeptByTheClass._kept = build_client("class")
        self.client = KeptByTheClass._kept


async def get_client(request: Request) -> httpx.AsyncClient:
    """Give the client that the lifespan built."""
    client: httpx.AsyncClient = request.app.state.client
    return client


OwnClient = Annotated[httpx.AsyncClient, Depends(get_own_client)]
ClassClient = Annotated[KeptByTheClass, Depends(KeptByTheClass)]  # made in a thread: several can be the first
Client = Annotated[httpx.AsyncClient, Depends(get_client)]
