"""Doors: what runs first, what is no dependency, and how many are let in."""

import asyncio
from typing import Annotated

import anyio
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import FastAPIError
from pydantic import ValidationError

from labs.dependencies import services, settings
from tests.claims.dependencies.apps import calling, get


def test_dependencies_run_from_the_outside_in():
    order, app = [], None

    def note(name):
        async def noted():
            order.append(name)

        return Depends(noted)

    app = FastAPI(dependencies=[note("app")])
    router = APIRouter(dependencies=[note("router")])

    @router.get("/", dependencies=[note("decorator")])
    async def route(first: Annotated[None, note("first")], second: Annotated[None, note("second")]):
        pass

    app.include_router(router)
    get(app, "/")
    assert order == ["app", "router", "decorator", "first", "second"]


def test_class_that_needs_a_client_is_no_dependency():
    app = FastAPI()
    with pytest.raises(FastAPIError, match="Invalid args"):

        @app.get("/")
        async def place_order(ordering: Annotated[services.Ordering, Depends(services.Ordering)]):
            pass


def test_setting_of_a_wrong_kind_is_noticed_when_it_is_read(monkeypatch):
    monkeypatch.setenv("LEDGER_LEASES", "many")
    with pytest.raises(ValidationError, match="leases"):
        settings.Settings()


def test_limit_belongs_to_the_depends_object_and_lasts_until_the_exit():
    go, inside, app = anyio.Event(), {"shared": 0, "other": 0}, FastAPI()

    async def stand_in_line():
        yield

    shared = Depends(stand_in_line, max_concurrency=3)

    async def wait(name):
        inside[name] += 1
        await go.wait()

    @app.get("/one", dependencies=[shared])
    @app.get("/two", dependencies=[shared])
    async def both():
        await wait("shared")

    @app.get("/other", dependencies=[Depends(stand_in_line, max_concurrency=3)])
    async def other():
        await wait("other")

    async def ask():
        async with calling(app) as client:
            asked = [asyncio.create_task(client.get(path)) for path in ("/one", "/two", "/other") * 5]
            while sum(inside.values()) < 6:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0)
            for _ in range(100):  # everybody has every chance to come in
                await asyncio.sleep(0)
            admitted = dict(inside)
            go.set()
            return admitted, {answer.status_code for answer in await asyncio.gather(*asked)}

    assert asyncio.run(ask()) == ({"shared": 3, "other": 3}, {200})
