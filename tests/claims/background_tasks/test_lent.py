"""What is lent to a request: leases and uploads, and when they are taken back."""

import asyncio

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, UploadFile
from starlette.formparsers import MultiPartParser

from labs.pool import NoLease, Pool
from tests.claims.background_tasks.apps import asked, messages


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
