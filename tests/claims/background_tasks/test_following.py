"""Following a job: server-sent events, and the other worker."""

import asyncio
import inspect
import os
import sys

import fastapi.routing
import httpx
from fastapi import FastAPI, HTTPException
from fastapi.sse import EventSourceResponse

from tests.claims.background_tasks.apps import asked
from tests.waiting import FAR, until
from unblocked import serve
from unblocked.processes import keeper


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


def test_job_of_one_worker_is_unknown_to_the_other(carriers, tmp_path):
    carriers.hold("/printer/*")
    command = [sys.executable, "-m", "uvicorn", "labs.background_tasks.app:app", "--workers", "2", "--port", "0"]
    env = os.environ | {"CARRIERS_URL": carriers.url, "TMPDIR": str(tmp_path)}  # what a worker that is killed leaves
    two = keeper().start(command, name="two-workers", env=env)
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
