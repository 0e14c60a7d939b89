"""Lesson 04: what it says of FastAPI, Starlette, uvicorn and asyncio. What its lab shows is tested in `tests/labs`."""

import asyncio
import gc
import http.client
import inspect
import os
import signal
import sys
from contextlib import closing
from typing import Annotated
from urllib.parse import urlsplit

import fastapi.routing
import httpx
import pytest
import uvicorn
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, UploadFile
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse
from starlette.background import BackgroundTask
from starlette.formparsers import MultiPartParser

from labs.pool import NoLease, Pool
from tests.server.asking import get
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.outside import Outside
from unblocked.processes import keeper
from unblocked.server.process import Process


def asked(app, path="/", *, method="POST", **content):
    """Ask an app in this process; give its answer, and what it raised after that."""

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://parcel") as client:
            return await client.request(method, path, **content)

    return asyncio.run(ask())


async def messages(app, path="/"):
    """Call an app as a server does; give what it sent, and the exception that came after."""
    sent = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [],
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    error = None
    try:
        await app(scope, receive, send)
    except Exception as raised:  # noqa: BLE001  # it is what is looked at
        error = raised
    return [message["status"] for message in sent if "status" in message], error


# When, where and in which order.


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


def test_connection_is_free_while_a_task_waits():
    with Outside(latency=0) as carriers, serve("background_tasks", carriers=carriers) as parcel:
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


# What is lent to a request.


@pytest.mark.parametrize(
    ("scope", "expected"), [("request", ["answer", "task", "exit"]), ("function", ["exit", "answer", "task"])]
)
def test_when_a_dependency_takes_back_what_it_lent(scope, expected):
    app, seen = FastAPI(), []

    async def lend():
        yield
        seen.append("exit")

    @app.post("/", dependencies=[Depends(lend, scope=scope)])
    async def route(tasks: BackgroundTasks):
        tasks.add_task(seen.append, "task")

    async def noting(given, receive, send):
        async def note(message):
            seen.extend(["answer"] if message["type"] == "http.response.start" else [])
            await send(message)

        await app(given, receive, note)

    asyncio.run(messages(noting))
    assert seen == expected


def test_tasks_that_want_a_second_lease_wait_for_each_other(monkeypatch):
    monkeypatch.setenv("CARRIERS_URL", "http://127.0.0.1:9")

    async def payment(pool, n, all_hold_one):
        async with pool.acquire(f"payment {n}"):
            await all_hold_one.wait()
            async with pool.acquire(f"receipt {n}"):
                pass

    async def payments():
        all_hold_one = asyncio.Barrier(2)
        async with Pool(size=2, timeout=0.05) as pool:
            return await asyncio.gather(*(payment(pool, n, all_hold_one) for n in range(2)), return_exceptions=True)

    assert NoLease in {type(each) for each in asyncio.run(payments())}


# Uploads.


def upload_app(seen):
    app = FastAPI()

    @app.post("/limited", max_body_size=100_000)
    async def limited(upload: UploadFile):
        seen.append(upload.size)

    @app.post("/checked")
    async def checked(upload: UploadFile):
        seen.append((upload.size, upload.file._rolled))
        raise HTTPException(413)

    @app.post("/raw", max_body_size=100_000)
    async def raw(request: Request):
        async for piece in request.stream():
            seen.append(len(piece))

    return app


@pytest.mark.parametrize(("size", "on_disk"), [(1_000_000, False), (1_100_000, True)])
def test_route_that_looks_at_the_size_has_all_of_the_file(size, on_disk):
    seen = []
    assert asked(upload_app(seen), "/checked", files={"upload": b"x" * size}).status_code == 413
    assert seen == [(size, on_disk)]
    assert MultiPartParser.spool_max_size == 1024 * 1024


def test_announced_length_is_refused_before_anything_is_read():
    seen = []
    assert asked(upload_app(seen), "/limited", files={"upload": b"x" * 100_000}).status_code == 413
    assert asked(upload_app(seen), "/raw", content=b"x" * 100_001).status_code == 413
    assert seen == []


def test_length_that_is_not_announced_is_counted():
    seen = []

    async def pieces():
        for _ in range(5):
            yield b"x" * 40_000

    assert asked(upload_app(seen), "/raw", content=pieces()).status_code == 413
    assert sum(seen) <= 100_000


def test_upload_is_open_until_the_last_task_is_over():
    app, seen, uploads = FastAPI(), [], []

    @app.post("/")
    async def route(upload: UploadFile, tasks: BackgroundTasks):
        uploads.append(upload)
        tasks.add_task(lambda: seen.append(upload.file.closed))

    assert asked(app, files={"upload": b"x"}).status_code == 200
    assert seen == [False]
    assert uploads[0].file.closed


def test_file_name_is_what_the_client_says():
    app = FastAPI()

    @app.post("/")
    async def route(upload: UploadFile):
        return upload.filename

    assert asked(app, files={"upload": ("../../settings.py", b"x")}).json() == "../../settings.py"


# Server-sent events.


def events_app():
    app = FastAPI()

    @app.get("/quiet", response_class=EventSourceResponse)
    async def quiet():
        await asyncio.sleep(0.1)
        yield {"state": "done"}

    @app.get("/refused", response_class=EventSourceResponse)
    async def refused():
        raise HTTPException(404)
        yield {}

    return app


def test_comment_is_sent_while_there_is_no_event(monkeypatch):
    assert fastapi.routing._PING_INTERVAL == 15
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.01)
    text = asked(events_app(), "/quiet", method="GET").text
    assert text.startswith(": ping\n\n")
    assert text.endswith('data: {"state": "done"}\n\n')


def test_route_s_first_line_runs_after_the_status(tmp_path):
    file = tmp_path / "events.py"
    body = inspect.getsource(events_app).replace("def events_app():", "def make():")
    file.write_text(f"{EVENTS}\n\n{body}\n\napp = make()\n")
    with serve(str(file)) as app, httpx.stream("GET", f"{app.url}/refused", timeout=FAR) as answer:
        assert answer.status_code == 200


EVENTS = """import asyncio

from fastapi import FastAPI, HTTPException
from fastapi.sse import EventSourceResponse"""


# Workers.


def test_job_of_one_worker_is_unknown_to_the_other():
    with Outside(latency=0) as carriers:
        carriers.hold("/printer/*")
        command = [sys.executable, "-m", "uvicorn", "labs.background_tasks.app:app", "--workers", "2", "--port", "0"]
        two = keeper().start(command, name="two-workers", env=os.environ | {"CARRIERS_URL": carriers.url})
        try:
            until(lambda: two.log.read_text().count("Application startup complete") == 2, "both workers run")
            port = next(word for word in two.log.read_text().split() if word.startswith("http://127")).split(":")[-1]
            url = f"http://127.0.0.1:{port}"
            job = httpx.post(f"{url}/label-files", files={"upload": b"11"}, timeout=FAR).json()["id"]
            seen = set()
            until(lambda: seen.update(polled(url, job)) or {200, 404} <= seen, "both workers were asked")
        finally:
            two.stop()
            carriers.release()


def polled(url, job):
    """Poll from many connections at once, so that no worker can take them all."""

    async def poll():
        async with httpx.AsyncClient(base_url=url, timeout=FAR, headers={"connection": "close"}) as client:
            return await asyncio.gather(*(client.get(f"/jobs/{job}") for _ in range(20)))

    return {answer.status_code for answer in asyncio.run(poll())}


# The end of a server.


def test_server_waits_for_as_long_as_it_takes_unless_told():
    assert uvicorn.Config("app").timeout_graceful_shutdown is None
    assert inspect.signature(Process).parameters["grace"].default == 1  # which the course tells it


UNLIMITED = "import sys, uvicorn; uvicorn.run('labs.background_tasks.app:app', port=0)"


def test_shutdown_waits_for_background_tasks():
    with Outside(latency=0) as carriers:
        carriers.hold("/mail/*")
        server, url = unlimited(carriers)
        httpx.post(f"{url}/invoices/three/7", timeout=FAR)
        assert carriers.wait_for(1)
        os.kill(server.pid, signal.SIGTERM)
        until(lambda: "Waiting for background tasks to complete" in server.log.read_text(), "it wants to end")
        carriers.release()
        assert server.wait(FAR) is not None
        assert [call.gone for call in carriers.calls] == [False] * 3


def unlimited(carriers):
    """Start a server as uvicorn does by itself; give it and its address."""
    command = [sys.executable, "-c", UNLIMITED]
    server = keeper().start(command, name="unlimited", env=os.environ | {"CARRIERS_URL": carriers.url})
    until(lambda: "Uvicorn running on" in server.log.read_text(), "it has started")
    return server, next(word for word in server.log.read_text().split() if word.startswith("http://127"))


def test_shutdown_that_takes_too_long_cancels_the_task():
    with Outside(latency=0) as carriers:
        carriers.hold("/mail/*")
        parcel = serve("background_tasks", carriers=carriers)
        httpx.post(f"{parcel.url}/invoices/three/7", timeout=FAR)
        assert carriers.wait_for(1)
        os.kill(parcel.pid, signal.SIGTERM)
        until(lambda: not parcel.running, "it has ended")
        assert "Cancel 1 running task(s), timeout graceful shutdown exceeded" in parcel.log
        assert [call.path for call in carriers.calls] == ["/mail/customer/7"]
        parcel.stop()


def test_killed_server_loses_its_tasks():
    with Outside(latency=0) as carriers:
        carriers.hold("/mail/*")
        parcel = serve("background_tasks", carriers=carriers)
        assert httpx.post(f"{parcel.url}/invoices/three/7", timeout=FAR).status_code == 200
        assert carriers.wait_for(1)
        os.kill(parcel.pid, signal.SIGKILL)
        until(lambda: not parcel.running, "it has ended")
        assert carriers.wait_until_idle()  # its connection is gone
        carriers.release()
        with serve("background_tasks", carriers=carriers) as again:
            assert get(f"{again.url}/health").ok
        assert [(call.path, call.gone) for call in carriers.calls] == [("/mail/customer/7", True)]


TASKS = """
import asyncio

from fastapi import FastAPI

app, kept = FastAPI(), set()


async def work(forever):
    try:
        await asyncio.Event().wait() if forever else None
        raise ValueError("told late")
    finally:
        print("cleaned up" if forever else "raised", flush=True)


@app.get("/start")
async def start():
    kept.add(asyncio.create_task(work(True)))


@app.get("/fail")
async def fail():
    asyncio.create_task(work(False))
"""


@pytest.fixture
def tasks(tmp_path):
    file = tmp_path / "tasks.py"
    file.write_text(TASKS)
    with serve(str(file)) as app:
        yield app


def test_signal_ends_the_process_without_a_finally(tasks):
    assert get(f"{tasks.url}/start").ok
    os.kill(tasks.pid, signal.SIGTERM)
    until(lambda: not tasks.running, "it has ended")
    assert "Application shutdown complete" in tasks.log
    assert "cleaned up" not in tasks.log
    assert tasks.exit_code == -signal.SIGTERM


def test_what_a_dropped_task_raises_is_told_when_it_is_collected(tasks):
    assert get(f"{tasks.url}/fail").ok
    until(lambda: "Task exception was never retrieved" in tasks.log, "it is told")
    assert "ValueError: told late" in tasks.log


def test_event_loop_alone_does_not_keep_a_task():
    async def dropped():
        seen = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context["message"]))

        async def wait():
            await asyncio.get_running_loop().create_future()

        asyncio.create_task(wait())  # noqa: RUF006  # that is the fault
        await asyncio.sleep(0)
        gc.collect()
        return seen

    assert asyncio.run(dropped()) == ["Task was destroyed but it is pending!"]
