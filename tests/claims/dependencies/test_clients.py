"""Clients: what building one costs, whose loop it belongs to, and what a class makes of its arguments."""

import asyncio
import gc
import ssl
import threading
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI

from tests.claims.dependencies.apps import get


def test_building_a_client_loads_certificates_in_the_thread_that_builds_it(monkeypatch):
    loaded = []
    load = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(
        ssl.SSLContext,
        "load_verify_locations",
        lambda *args, **options: loaded.append(threading.current_thread()) or load(*args, **options),
    )

    async def build():
        async with httpx.AsyncClient(base_url="http://parcel"):
            pass

    asyncio.run(build())
    assert set(loaded) == {threading.main_thread()}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_client_of_another_event_loop_fails(carriers):
    kept = [httpx.AsyncClient(base_url=carriers.url)]

    async def ask():
        return (await kept[0].get("/carriers/swift/quote")).status_code

    assert asyncio.run(ask()) == 200
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        asyncio.run(ask())
    kept.clear()
    gc.collect()  # its connection belongs to a loop that is gone: nobody can close it


def test_any_arguments_of_a_class_become_two_parameters_of_the_request():
    class Keeping(type):
        def __call__(cls, *args, **kwargs):
            return super().__call__(*args, **kwargs)

    class Carriers(metaclass=Keeping):
        pass

    app = FastAPI()

    @app.get("/")
    async def quote(carriers: Annotated[Carriers, Depends(Carriers)]):
        pass

    [answer] = get(app, "/")
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["detail"]] == [["query", "args"], ["query", "kwargs"]]
