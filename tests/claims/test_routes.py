"""Lesson 02: what it says of asyncio, anyio, FastAPI and uvicorn. What its lab shows is tested in `tests/labs`."""

import asyncio
import os
import pickle
import socket
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress

import aiofiles
import anyio
import httpx
import pytest
from anyio import to_thread
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, StreamingResponse

from labs import parcel_sdk
from labs.routes import computing
from tests.server.asking import get
from unblocked import serve

ANYIO, EXECUTOR = "AnyIO worker thread", "asyncio_"


def name_thread():
    return threading.current_thread().name


# The event loop is one thread.


def test_awaiting_a_coroutine_does_not_leave_the_thread():
    async def ask():
        return name_thread()

    async def route():
        others = asyncio.create_task(ask())
        where = await ask()
        return where, others.done()

    assert asyncio.run(route()) == (name_thread(), False)


def test_await_that_has_to_wait_lets_others_run():
    async def route():
        other = asyncio.create_task(asyncio.sleep(0, "ran"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return other.done()

    assert asyncio.run(route())


# Tokens and pools.


def test_each_event_loop_has_forty_tokens_of_its_own():
    async def limiter():
        return to_thread.current_default_thread_limiter()

    first, second = asyncio.run(limiter()), asyncio.run(limiter())
    assert first is not second
    assert (first.total_tokens, second.total_tokens) == (40, 40)


def test_executor_has_as_many_threads_as_cpus_and_four_more():
    async def workers():
        await asyncio.to_thread(name_thread)
        return asyncio.get_running_loop()._default_executor._max_workers

    cpus = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    assert asyncio.run(workers()) == min(32, cpus + 4)


def test_what_uses_the_executor():
    async def names():
        loop = asyncio.get_running_loop()
        return await asyncio.to_thread(name_thread), await loop.run_in_executor(None, name_thread)

    assert all(name.startswith(EXECUTOR) for name in asyncio.run(names()))


def test_address_of_a_host_is_looked_up_in_the_executor(monkeypatch):
    seen = []
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: seen.append(name_thread()) or look_up(*args))

    async def connect():
        await asyncio.get_running_loop().getaddrinfo("localhost", 80)

    asyncio.run(connect())
    assert seen[0].startswith(EXECUTOR)


def test_aiofiles_uses_the_executor():
    async def read():
        async with aiofiles.open(__file__) as file:
            await file.read()
        return [thread.name for thread in threading.enumerate()]

    assert any(name.startswith(EXECUTOR) for name in asyncio.run(read()))


def spied_app(seen, here=__file__):
    """An app whose every part notes the thread that it runs in."""
    app = FastAPI()

    def note(what):
        seen[what] = name_thread()

    @app.get("/route")
    def route():
        note("def route")

    @app.get("/dependency", dependencies=[Depends(lambda: note("def dependency"))])
    async def dependency():
        note("async def route")

    @app.get("/background")
    async def background(tasks: BackgroundTasks):
        tasks.add_task(note, "def background task")

    @app.get("/stream")
    async def stream():
        def chunks():
            note("plain generator")
            yield b"x"

        return StreamingResponse(chunks())

    @app.get("/threadpool")
    async def threadpool():
        await run_in_threadpool(note, "run_in_threadpool")

    @app.get("/file")
    async def file():
        return FileResponse(here)

    return app


def test_what_uses_anyio_s_threads(monkeypatch):
    seen, opened = {}, []
    run_sync = to_thread.run_sync

    async def spied(func, *args, **options):
        opened.append(func)
        return await run_sync(func, *args, **options)

    async def ask():
        transport = httpx.ASGITransport(spied_app(seen))
        async with httpx.AsyncClient(transport=transport, base_url="http://parcel") as client:
            for path in ("/route", "/dependency", "/background", "/stream", "/threadpool"):
                assert (await client.get(path)).status_code == 200
            monkeypatch.setattr(to_thread, "run_sync", spied)
            assert (await client.get("/file")).status_code == 200

    asyncio.run(ask())
    assert seen.pop("async def route") == name_thread()
    assert seen == dict.fromkeys(
        ["def route", "def dependency", "def background task", "plain generator", "run_in_threadpool"], ANYIO
    )
    assert opened, "a file is read in anyio's threads"


def test_semaphore_in_a_def_route_holds_tokens():
    places = threading.Semaphore(1)
    app = FastAPI()

    @app.get("/")
    def label():
        with places:
            pass

    async def ask():
        transport = httpx.ASGITransport(app)
        limiter = to_thread.current_default_thread_limiter()
        async with httpx.AsyncClient(transport=transport, base_url="http://parcel") as client:
            places.acquire()
            asked = [asyncio.create_task(client.get("/")) for _ in range(5)]
            while limiter.borrowed_tokens < 5:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0)
            places.release()
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert asyncio.run(ask()) == [200] * 5


# Computing.


@contextmanager
def no_turns():
    """Let a thread keep the interpreter until it gives it back by itself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def is_done_when_its_starter_goes_on(work):
    """Start a thread that works; say whether it has done so when this one gets its turn again."""
    done = []
    with no_turns():
        thread = threading.Thread(target=lambda: done.append(work(7)))
        thread.start()
        first = bool(done)
    thread.join()
    return first


@pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="this Python has no GIL")
def test_pure_python_keeps_the_interpreter(monkeypatch):
    monkeypatch.setattr(parcel_sdk, "_ask", lambda _: None)
    assert is_done_when_its_starter_goes_on(parcel_sdk.plan_boxes)


def test_hashing_gives_the_interpreter_back():
    tries = (is_done_when_its_starter_goes_on(computing.seal) for _ in range(20))
    assert not all(tries)  # one is proof; on a busy machine the starter may come too late to see it


def test_what_goes_to_a_process_is_pickled():
    with ProcessPoolExecutor(max_workers=1) as planners, pytest.raises((pickle.PicklingError, AttributeError)):
        planners.submit(lambda: 1).result()


# Deadlines.


class Work:
    """Blocks its thread until it is let go, and says whether it began and ended."""

    def __init__(self):
        self.begun, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.when_begun = lambda: None

    def __call__(self):
        self.begun.set()
        self.when_begun()
        self.go.wait()
        self.ended.set()
        return "done"


async def give_up_once_begun(in_thread, work):
    """Await work in a thread under a deadline that is over as soon as the work has begun."""
    loop = asyncio.get_running_loop()
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as deadline:
            work.when_begun = lambda: loop.call_soon_threadsafe(lambda: deadline.reschedule(loop.time()))
            await in_thread(work)


@pytest.mark.parametrize("in_thread", [asyncio.to_thread, run_in_threadpool])
def test_deadline_ends_the_wait_and_not_the_thread(in_thread):
    async def route():
        work = Work()
        await give_up_once_begun(in_thread, work)
        gave_up = not work.ended.is_set()
        work.go.set()
        return gave_up, await asyncio.get_running_loop().run_in_executor(None, work.ended.wait)

    assert asyncio.run(route()) == (True, True)


def test_abandoned_threads_can_be_more_than_the_tokens():
    async def route():
        limiter, works = to_thread.current_default_thread_limiter(), [Work(), Work(), Work()]
        limiter.total_tokens = 1
        for work in works:
            await give_up_once_begun(run_in_threadpool, work)
        at_once = sum(work.begun.is_set() and not work.ended.is_set() for work in works)
        for work in works:
            work.go.set()
        return at_once, limiter.borrowed_tokens

    assert asyncio.run(route()) == (3, 0)


def test_fail_after_waits_for_the_thread():
    async def route():
        work = Work()
        asyncio.get_running_loop().call_later(0.2, work.go.set)
        with suppress(TimeoutError), anyio.fail_after(0.05):
            await to_thread.run_sync(work)
        return work.ended.is_set()

    assert asyncio.run(route())


def test_deadline_does_not_end_what_blocks_the_loop():
    async def route():
        work = Work()
        threading.Timer(0.2, work.go.set).start()
        async with asyncio.timeout(0.05):  # noqa: ASYNC100  # that is the mistake
            return work()

    assert asyncio.run(route()) == "done"


def test_time_s_end_is_a_cancellation_inside_and_a_timeout_outside():
    async def route():
        seen = []
        try:
            async with asyncio.timeout(0.01):
                try:
                    await asyncio.Event().wait()
                except BaseException as inside:
                    seen.append(type(inside))
                    raise
        except TimeoutError as outside:
            seen.append(type(outside))
        return seen

    assert asyncio.run(route()) == [asyncio.CancelledError, TimeoutError]


# Debug mode.

DEBUGGED = """
import asyncio

from fastapi import FastAPI

app = FastAPI()


@app.get("/debug")
async def debug() -> bool:
    return asyncio.get_running_loop().get_debug()
"""


def test_debug_variable_does_nothing_on_uvicorn_before_python_312(tmp_path):
    file = tmp_path / "debugged.py"
    file.write_text(DEBUGGED)
    with serve(str(file), env={"PYTHONASYNCIODEBUG": "1"}) as app:
        assert get(f"{app.url}/debug").json() is (sys.version_info >= (3, 12))


def test_debug_mode_logs_what_takes_a_tenth_of_a_second():
    loop = asyncio.new_event_loop()
    assert loop.slow_callback_duration == 0.1
    loop.close()
