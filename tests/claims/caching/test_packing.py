"""What lesson 07 says of packed pages."""

import threading
import zlib

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.testclient import TestClient

LINE = 128 * 1024


@pytest.mark.parametrize(("size", "on_the_loop"), [(LINE - 1, True), (LINE, False)])
def test_small_page_is_packed_on_the_event_loop(size, on_the_loop, monkeypatch):
    app, threads, make = FastAPI(), [], zlib.compressobj

    class Watched:
        """A compressor that says on which thread it works."""

        def __init__(self, *args):
            self._made = make(*args)

        def compress(self, data):
            threads.append(threading.get_ident())
            return self._made.compress(data)

        def __getattr__(self, name):
            return getattr(self._made, name)

    monkeypatch.setattr(zlib, "compressobj", Watched)

    @app.get("/")
    async def page():
        threads.append(threading.get_ident())
        return PlainTextResponse("x" * size)

    app.add_middleware(GZipMiddleware)
    assert TestClient(app).get("/").headers["content-encoding"] == "gzip"
    loop, packing = threads
    assert (loop == packing) is on_the_loop
