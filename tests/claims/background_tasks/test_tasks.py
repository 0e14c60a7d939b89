"""Background tasks: when, where and in which order they run, and what becomes of a failure."""

import asyncio
import http.client
from contextlib import closing
from typing import Annotated
from urllib.parse import urlsplit

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from tests.claims.background_tasks.apps import asked, messages
from tests.waiting import FAR
from unblocked import serve


def test_tasks_run_after_the_answer_in_the_request_s_own_task():
    app, seen = FastAPI(), []

    async def note(what):
        seen.append((what, asyncio.current_task()))

    @app.post("/")
    async def route(tasks: BackgroundTasks):
        await note("route")
        tasks.add_task(note, "first")
        tasks.add_task(note, "second")

    class Server:
        async def __call__(self, scope, receive, send):
            async def noting(message):
                await send(message)
                if message["type"] == "http.response.body":
                    await note("answer")

            await app(scope, receive, noting)

    asyncio.run(messages(Server()))
    assert [what for what, _ in seen] == ["route", "answer", "first", "second"]
    assert len({task for _, task in seen}) == 1


def test_each_request_has_a_list_of_its_own_shared_with_its_dependencies():
    app, seen = FastAPI(), []

    def plan(tasks: BackgroundTasks):
        tasks.add_task(seen.append, "dependency")
        return tasks

    @app.post("/")
    async def route(tasks: BackgroundTasks, theirs: Annotated[BackgroundTasks, Depends(plan)]):
        tasks.add_task(seen.append, theirs is tasks)

    asked(app)
    asked(app)
    assert seen == ["dependency", True] * 2


def test_one_task_can_do_several_things_at_once():
    app, letters = FastAPI(), asyncio.Barrier(3)

    async def send_all():
        await asyncio.gather(*(letters.wait() for _ in range(3)))  # each waits until all three are there

    @app.post("/")
    async def route(tasks: BackgroundTasks):
        tasks.add_task(send_all)

    assert asked(app).status_code == 200


def test_connection_is_free_while_a_task_waits(carriers):
    with serve("background_tasks", carriers=carriers) as parcel:
        carriers.hold("/mail/*")
        with closing(http.client.HTTPConnection(urlsplit(parcel.url).netloc, timeout=FAR)) as connection:
            connection.request("POST", "/invoices/background/7")
            connection.getresponse().read()
            port = connection.sock.getsockname()
            assert carriers.wait_for(1)
            connection.request("GET", "/health")
            assert connection.getresponse().read() == b'{"ok":true}'
            assert connection.sock.getsockname() == port
        assert carriers.in_flight == 1


# Failures.


def test_http_exception_in_a_task_comes_too_late():
    app, ran = FastAPI(), []

    def refuse():
        raise HTTPException(404)

    @app.post("/")
    async def route(tasks: BackgroundTasks):
        tasks.add_task(refuse)
        tasks.add_task(ran.append, "later")

    statuses, error = asyncio.run(messages(app))
    assert statuses == [200]
    assert str(error) == "Caught handled exception, but response already started."
    assert ran == []


def test_route_that_raises_has_no_tasks():
    app, ran = FastAPI(), []

    @app.post("/")
    async def route(tasks: BackgroundTasks):
        tasks.add_task(ran.append, "task")
        raise ValueError

    statuses, error = asyncio.run(messages(app))
    assert (statuses, type(error), ran) == ([500], ValueError, [])


def test_result_that_fits_no_model_has_no_tasks():
    app, ran = FastAPI(), []

    @app.post("/")
    async def route(tasks: BackgroundTasks) -> int:
        tasks.add_task(ran.append, "task")
        return "seven"

    statuses, error = asyncio.run(messages(app))
    assert (statuses, ran) == ([500], [])
    assert error is not None


@pytest.mark.parametrize(("background", "expected"), [(False, ["injected"]), (True, ["own"])])
def test_response_keeps_the_tasks_unless_it_has_its_own(background, expected):
    app, ran = FastAPI(), []

    @app.post("/")
    async def route(tasks: BackgroundTasks) -> JSONResponse:
        tasks.add_task(ran.append, "injected")
        return JSONResponse({}, background=BackgroundTask(ran.append, "own") if background else None)

    assert asked(app).status_code == 200
    assert ran == expected


def test_wrapper_around_exception_lets_a_cancellation_through():
    assert not issubclass(asyncio.CancelledError, Exception)
