"""Lesson 03: what it says of FastAPI, Starlette, httpx and asyncio. What its lab shows is tested in `tests/labs`."""

import asyncio
import gc
import ssl
import threading
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Annotated

import anyio
import httpx
import pytest
from anyio import to_thread
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import FastAPIError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.testclient import TestClient
from pydantic import ValidationError

from labs.dependencies import clients, lifespan, services, settings
from labs.pool import Pool
from unblocked.outside import Outside


def calling(app):
    """Give a client that calls an app in this process and event loop, without its lifespan."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://parcel")


def get(app, *paths, **options):
    """Ask for paths one after the other, each time on the same new event loop."""

    async def ask():
        async with calling(app) as client:
            return [await client.get(path, **options) for path in paths]

    return asyncio.run(ask())


async def course(app, path="/"):
    """Call an app, and give what it sends, in the list that the app's parts write into as well."""
    app.events.clear()
    sent = asyncio.Event()

    async def receive():
        if sent.is_set():
            await asyncio.Event().wait()
        sent.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            app.events.append(message["status"])
        elif message.get("body"):
            app.events.append(message["body"].decode())

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "http_version": "1.1"}
    try:
        await app(scope, receive, send)
    except Exception as error:  # noqa: BLE001  # a server logs it
        app.events.append(type(error).__name__)
    return [*app.events]


# Clients.


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
def test_client_of_another_event_loop_fails():
    with Outside(latency=0) as carriers:
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


# The tree.


def counted():
    """Make a dependency that gives how often it has been called."""
    calls = []

    async def load():
        calls.append(1)
        return len(calls)

    return load


def test_dependency_is_called_once_for_a_request_unless_told_otherwise():
    load, app = counted(), FastAPI()
    Loaded = Annotated[int, Depends(load)]  # noqa: N806

    async def credit(account: Loaded):
        return account

    @app.get("/")
    async def offer(
        account: Loaded,
        credit: Annotated[int, Depends(credit)],
        again: Annotated[int, Depends(load, use_cache=False)],
    ):
        return [account, credit, again]

    assert [answer.json() for answer in get(app, "/", "/")] == [[1, 1, 2], [3, 3, 4]]


def test_functions_that_are_made_alike_are_not_the_same():
    calls, app = [], FastAPI()

    def office_of(name):
        async def ask():
            calls.append(name)

        return ask

    credit = office_of("credit")

    @app.get("/made", dependencies=[Depends(office_of("credit")), Depends(office_of("credit"))])
    @app.get("/named", dependencies=[Depends(credit), Depends(credit)])
    async def offer():
        pass

    get(app, "/named")
    assert calls == ["credit"]
    get(app, "/made")
    assert calls == ["credit"] * 3


# Threads.


def test_who_awaits_a_stamp_has_no_token():
    stamps, peak, app = asyncio.Semaphore(5), [], FastAPI()

    async def take_stamp():
        async with stamps:
            yield

    @app.get("/", dependencies=[Depends(take_stamp)])
    def paper():
        peak.append(1)

    async def ask():
        limiter, most = to_thread.current_default_thread_limiter(), 0
        async with calling(app) as client:
            asked = [asyncio.create_task(client.get("/")) for _ in range(60)]
            while not all(one.done() for one in asked):
                most = max(most, limiter.borrowed_tokens)
                await asyncio.sleep(0)
            return {one.result().status_code for one in asked}, most

    statuses, most = asyncio.run(ask())
    assert statuses == {200}
    assert 1 <= most <= 5
    assert len(peak) == 60


# The code after `yield`.


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


# Context.

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


# Doors.


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


# Tests without a carrier.


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
