"""Context variables and the request's state: where they come from, and how far they go."""

import asyncio
from contextvars import ContextVar

import pytest
from anyio import to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from tests.claims.dependencies.apps import get

customer = ContextVar("customer", default="nobody")


def test_context_is_copied_into_threads_and_not_by_the_executor():
    async def look():
        customer.set("Ada")
        loop = asyncio.get_running_loop()
        return [
            await run_in_threadpool(customer.get),
            await to_thread.run_sync(customer.get),
            await asyncio.to_thread(customer.get),
            await asyncio.create_task(asyncio.to_thread(customer.get)),
            await loop.run_in_executor(None, customer.get),
        ]

    assert asyncio.run(look()) == ["Ada", "Ada", "Ada", "Ada", "nobody"]


class Above:
    """Plain ASGI: sets a variable, and looks at variable and state afterwards."""

    seen: dict

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        customer.set("the middleware's")
        await self.app(scope, receive, send)
        Above.seen = {"variable": customer.get(), "state": getattr(Request(scope).state, "customer", None)}


def passing(http_middleware):
    """Make an app whose `def` and `async def` dependencies and routes set the variable, or the request's state."""
    app = FastAPI()

    def in_def():
        customer.set("Ada")

    async def in_async():
        customer.set("Ada")

    def in_state(request: Request):
        request.state.customer = "Ada"

    @app.get("/middleware")
    def middleware():
        return customer.get()

    @app.get("/def", dependencies=[Depends(in_def)])
    @app.get("/async", dependencies=[Depends(in_async)])
    async def variable():
        return customer.get()

    @app.get("/state", dependencies=[Depends(in_state)])
    async def state(request: Request):
        return request.state.customer

    if http_middleware:

        @app.middleware("http")
        async def pass_on(request, call_next):
            return await call_next(request)

    app.add_middleware(Above)
    return app


@pytest.mark.parametrize(
    ("http_middleware", "path", "below", "above"),
    [
        (False, "/middleware", "the middleware's", {"variable": "the middleware's", "state": None}),
        (False, "/def", "the middleware's", {"variable": "the middleware's", "state": None}),
        (False, "/async", "Ada", {"variable": "Ada", "state": None}),
        (True, "/async", "Ada", {"variable": "the middleware's", "state": None}),
        (False, "/state", "Ada", {"variable": "the middleware's", "state": "Ada"}),
        (True, "/state", "Ada", {"variable": "the middleware's", "state": "Ada"}),
    ],
)
def test_state_travels_up_and_a_variable_where_nobody_has_copied(http_middleware, path, below, above):
    [answer] = get(passing(http_middleware), path)
    assert answer.json() == below
    assert Above.seen == above


def test_http_middleware_runs_the_rest_in_a_task_of_its_own():
    app, tasks = FastAPI(), []

    @app.get("/")
    async def route():
        tasks.append(asyncio.current_task())

    @app.middleware("http")
    async def pass_on(request, call_next):
        tasks.append(asyncio.current_task())
        return await call_next(request)

    get(app, "/")
    assert tasks[0] is not tasks[1]
