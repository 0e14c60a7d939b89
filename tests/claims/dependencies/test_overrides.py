"""Tests without a carrier: the lifespan, and what an override reaches."""

from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from labs.dependencies import clients, lifespan
from tests.claims.dependencies.apps import get


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setenv("CARRIERS_URL", "http://nobody")
    app = FastAPI(lifespan=lifespan.lifespan)

    async def ask(client: clients.Client):
        return (await client.get("/price")).json()

    @app.get("/deep")
    async def deep(price: Annotated[float, Depends(ask)]):
        return price

    @app.get("/client")
    async def which(request: Request):
        return str(type(request.app.state.client))

    return app


async def get_quick_client():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=1.0))
    async with httpx.AsyncClient(transport=transport, base_url="http://quick") as client:
        yield client


def test_lifespan_runs_in_a_with_block_only(app):
    with pytest.raises(AttributeError, match="client"):
        TestClient(app).get("/client")
    with TestClient(app) as customer:
        assert customer.get("/client").is_success
        client = app.state.client
        assert not client.is_closed
    assert client.is_closed


def test_asgi_transport_runs_no_lifespan(app):
    assert [answer.status_code for answer in get(app, "/client")] == [500]


def test_function_that_is_replaced_by_name_is_called_all_the_same(app, monkeypatch):
    monkeypatch.setattr(clients, "get_client", get_quick_client)
    with TestClient(app) as customer, pytest.raises(httpx.ConnectError):
        customer.get("/deep")


def test_override_reaches_what_is_deep_and_leaves_the_lifespan_alone(app):
    app.dependency_overrides[clients.get_client] = get_quick_client
    for _ in range(2):  # it outlives a test
        with TestClient(app) as customer:
            assert customer.get("/deep").json() == 1.0
            assert "httpx.AsyncClient" in customer.get("/client").json()
            assert app.state.ledger.size == 5
    app.dependency_overrides.clear()
    with TestClient(app) as customer, pytest.raises(httpx.ConnectError):
        customer.get("/deep")


def test_start_up_never_runs_where_there_is_a_lifespan():
    ran = []

    @asynccontextmanager
    async def live(_app):
        ran.append("lifespan")
        yield

    app = FastAPI(lifespan=live)
    with pytest.warns(DeprecationWarning, match="on_event"):

        @app.on_event("startup")
        def start():
            ran.append("start-up")

    with TestClient(app):
        pass
    assert ran == ["lifespan"]
