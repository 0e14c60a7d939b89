"""The end of a server: what it waits for, what it cancels, and what is lost."""

import asyncio
import gc
import inspect
import os
import signal
import sys

import httpx
import pytest
import uvicorn

from tests.server.asking import get
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.processes import keeper
from unblocked.server.process import Process


def test_server_waits_for_as_long_as_it_takes_unless_told():
    assert uvicorn.Config("app").timeout_graceful_shutdown is None
    assert inspect.signature(Process).parameters["grace"].default == 1  # which the course tells it


UNLIMITED = "import sys, uvicorn; uvicorn.run('labs.background_tasks.app:app', port=0)"


def test_shutdown_waits_for_background_tasks(carriers):
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


def test_shutdown_that_takes_too_long_cancels_the_task(carriers):
    carriers.hold("/mail/*")
    parcel = serve("background_tasks", carriers=carriers)
    httpx.post(f"{parcel.url}/invoices/three/7", timeout=FAR)
    assert carriers.wait_for(1)
    os.kill(parcel.pid, signal.SIGTERM)
    until(lambda: not parcel.running, "it has ended")
    assert "Cancel 1 running task(s), timeout graceful shutdown exceeded" in parcel.log
    assert [call.path for call in carriers.calls] == ["/mail/customer/7"]
    parcel.stop()


def test_killed_server_loses_its_tasks(carriers):
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
