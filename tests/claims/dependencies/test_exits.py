"""The code after `yield`: when it runs, and what it can still change."""

import asyncio
from typing import Annotated

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Path
from fastapi.responses import JSONResponse, StreamingResponse

from labs.pool import Pool
from tests.claims.dependencies.apps import calling, course, get


def lending(scope, *, fails=None):
    """Make an app whose dependency, of this scope, notes when it begins and ends; `fails` is raised by its exit."""
    app = FastAPI()
    app.events = []

    async def lend():
        app.events.append("lent")
        yield
        app.events.append("exit")
        if fails:
            raise fails

    Lent = Annotated[None, Depends(lend, scope=scope)]  # noqa: N806

    @app.get("/")
    async def order(_: Lent, tasks: BackgroundTasks):
        tasks.add_task(app.events.append, "background task")
        app.events.append("route")
        return "receipt"

    @app.get("/stream")
    async def stream(_: Lent):
        async def chunks():
            for chunk in ("first", "last"):
                yield chunk

        return StreamingResponse(chunks())

    @app.exception_handler(KeyError)
    async def handle(_request, _error):
        return JSONResponse("handled", status_code=503)

    return app


RECEIPT = [200, '"receipt"']


@pytest.mark.parametrize("scope", [None, "request"])
def test_exit_comes_after_the_answer_and_its_background_tasks_by_default(scope):
    events = asyncio.run(course(lending(scope)))
    assert events == ["lent", "route", *RECEIPT, "background task", "exit"]


def test_exit_of_the_scope_function_comes_before_the_answer():
    events = asyncio.run(course(lending("function")))
    assert events == ["lent", "route", "exit", *RECEIPT, "background task"]


@pytest.mark.parametrize("error", [KeyError(), HTTPException(503)])
def test_exit_that_fails_after_the_answer_cannot_change_it(error):
    events = asyncio.run(course(lending("request", fails=error)))
    assert events[2:4] == RECEIPT
    assert events[-1] == "RuntimeError"


@pytest.mark.parametrize(("error", "body"), [(KeyError(), '"handled"'), (HTTPException(503, "no"), '{"detail":"no"}')])
def test_exit_that_fails_before_the_answer_is_the_answer(error, body):
    events = asyncio.run(course(lending("function", fails=error)))
    assert events == ["lent", "route", "exit", 503, body]


@pytest.mark.parametrize(
    ("scope", "events"),
    [("request", ["lent", 200, "first", "last", "exit"]), ("function", ["lent", "exit", 200, "first", "last"])],
)
def test_stream_lasts_as_long_as_what_was_lent_by_default_only(scope, events):
    assert asyncio.run(course(lending(scope), "/stream")) == events


def test_stream_that_uses_a_lease_after_its_exit_takes_it_once_more(monkeypatch):
    app = FastAPI()

    async def order():
        async with Pool(size=1) as ledger:

            async def lend():
                async with ledger.acquire("order 7") as lease:
                    yield lease

            @app.get("/")
            async def stream(lease: Annotated[object, Depends(lend, scope="function")]):
                async def chunks():
                    await lease.write("order 7: late")
                    yield "done"

                return StreamingResponse(chunks())

            async with calling(app) as client:
                return (await client.get("/")).text, ledger.holders

    monkeypatch.setenv("CARRIERS_URL", "http://nobody")
    assert asyncio.run(order()) == ("done", ["order 7"])


@pytest.mark.parametrize("scope", ["request", "function"])
@pytest.mark.parametrize(("path", "sees"), [("/raises", "HTTPException"), ("/returns", None)])
def test_response_that_is_returned_is_no_exception(path, sees, scope):
    seen, app = [], FastAPI()

    async def lend():
        try:
            yield
            seen.append(None)
        except HTTPException as error:
            seen.append(type(error).__name__)
            raise

    Lent = Annotated[None, Depends(lend, scope=scope)]  # noqa: N806

    @app.get("/raises")
    async def raises(_: Lent):
        raise HTTPException(409)

    @app.get("/returns")
    async def returns(_: Lent):
        return JSONResponse({}, status_code=409)

    assert [answer.status_code for answer in get(app, path)] == [409]
    assert seen == [sees]


@pytest.mark.parametrize("scope", ["request", "function"])
@pytest.mark.parametrize("error", [HTTPException(404), KeyError()])
def test_error_that_a_dependency_keeps_becomes_a_500(error, scope):
    app = FastAPI()

    async def lend():
        try:
            yield
        except Exception:  # noqa: BLE001  # that is the mistake
            return

    @app.get("/", dependencies=[Depends(lend, scope=scope)])
    async def order():
        raise error

    @app.exception_handler(KeyError)
    async def handle(_request, _error):
        return JSONResponse({}, status_code=503)

    assert [answer.status_code for answer in get(app, "/")] == [500]


def test_input_of_the_route_is_checked_after_all_dependencies():
    called, app = [], FastAPI()

    async def plain():
        called.append("plain")
        try:
            yield
        finally:
            called.append("finally")

    async def checked(parcel: Annotated[int, Path()]):
        called.append(f"checked {parcel}")

    async def bare():
        called.append("bare")
        yield
        called.append("after the bare yield")

    @app.get("/route/{parcel}", dependencies=[Depends(plain), Depends(bare)])
    async def route(parcel: int):
        called.append(f"route {parcel}")

    @app.get("/dependency/{parcel}", dependencies=[Depends(plain), Depends(checked)])
    async def dependency(parcel: str):
        called.append(f"route {parcel}")

    assert [answer.status_code for answer in get(app, "/route/seven")] == [422]
    assert called == ["plain", "bare", "finally"]
    called.clear()
    assert [answer.status_code for answer in get(app, "/dependency/seven")] == [422]
    assert called == ["plain", "finally"]
