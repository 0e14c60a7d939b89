"""What a check can ask of a served answer: proven where it is so, refused where it is not."""

from pathlib import Path

import pytest

from unblocked.grading import Exercise, grader

PLACE = Path(__file__).parent / "course"
RIGHT = """
import asyncio
import logging
import os
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import BackgroundTasks, FastAPI, Request, Response, UploadFile

logging.basicConfig(level=logging.INFO)
promises = set()


@asynccontextmanager
async def lifespan(app):
    async with httpx.AsyncClient(base_url=os.environ["CARRIERS_URL"], timeout=None) as app.state.carriers:
        yield
        await asyncio.gather(*promises)


app = FastAPI(lifespan=lifespan)
app.state.left = 0
app.state.pieces = []
app.state.limits = []


@app.get("/whose")
async def whose(request: Request, response: Response) -> None:
    response.raw_headers.append((b"X-Customer", request.headers["x-customer"].encode()))


@app.post("/labels")
async def labels(label: UploadFile) -> dict:
    return {label.filename: len(await label.read())}


@app.post("/bytes")
async def count(request: Request) -> dict:
    async for piece in request.stream():
        app.state.pieces += [piece.decode()] if piece else []
    return {request.headers["content-type"]: len("".join(app.state.pieces))}


@app.post("/refused", status_code=413)
async def refused(response: Response) -> None:
    response.headers["connection"] = "close"


@app.get("/logged/{parcel}")
def logged(parcel: int) -> None:
    logging.info("parcel %s is logged", parcel)
    print("parcel", parcel, "is printed")


@app.get("/quotes/{parcel}")
async def quote(parcel: int, request: Request) -> None:
    asked = asyncio.create_task(app.state.carriers.get("/carriers/swift/quote"))
    while (await request.receive())["type"] != "http.disconnect":
        pass
    app.state.left += 1
    asked.cancel()


@app.post("/failures/{parcel}")
async def fail(parcel: int) -> None:
    raise LookupError(f"nobody knows parcel {{{parcel}}}. Ask again.")


async def add() -> None:
    for _ in range(5):
        await asyncio.to_thread(sum, range(100_000))
        app.state.sums += 1


@app.post("/sums")
async def begin_to_add(tasks: BackgroundTasks) -> None:
    app.state.sums = 0
    tasks.add_task(add)


async def keep_promise() -> None:
    await app.state.carriers.get("/notices/begun")
    await app.state.carriers.get("/notices/done")


@app.post("/promises", status_code=202)
async def promise() -> None:
    promises.add(asyncio.create_task(keep_promise()))


end = uvicorn.Server.shutdown


async def shutdown(server, sockets=None):
    app.state.limits = [server.config.timeout_graceful_shutdown]
    await end(server, sockets)


uvicorn.Server.shutdown = shutdown
"""


NEVER = "app.state.never = asyncio.Future(); await app.state.never"  # kept: what only its task knows may be collected


@pytest.fixture
def exercise():
    return Exercise.find("everything_is_asked", place=PLACE)


def test_all_that_is_asked_is_answered(exercise):
    verdict = grader().grade(exercise, RIGHT)
    assert verdict.passed, verdict


@pytest.mark.at_length
@pytest.mark.parametrize(
    ("right", "wrong", "check"),
    [
        ('request.headers["x-customer"]', '"heron"', "check_headers_go_both_ways"),
        ("{label.filename:", '{"label":', "check_files_arrive"),
        ("async for piece in request.stream()", "for piece in [await request.body()]", "check_bytes_arrive_in_pieces"),
        ("status_code=413", "status_code=500", "check_what_is_refused_early_says_why"),
        (
            "async def refused(response: Response) -> None:\n",
            "async def refused(request: Request, response: Response) -> None:\n    await request.body()\n",
            "check_a_body_need_not_end",
        ),
        ('print("parcel", parcel, "is printed")', "pass", "check_it_is_known_what_was_written"),
        ("app.state.left += 1", "pass", "check_who_hangs_up_is_gone"),
        ("raise LookupError", "return Response", "check_what_nobody_caught_is_said"),
        ("{{{parcel}}}. Ask again.", "{{{parcel}}}: ask again.", "check_what_nobody_caught_is_said"),
        ("app.state.sums += 1", "pass", "check_it_comes_to_rest"),
        ("await asyncio.gather(*promises)", "pass", "check_a_shutdown_waits"),
        ("await asyncio.gather(*promises)", NEVER, "check_a_shutdown_waits"),
    ],
)
def test_what_is_not_so_is_refused(exercise, right, wrong, check):
    assert right in RIGHT
    verdict = grader().grade(exercise, RIGHT.replace(right, wrong))
    assert verdict.failure, verdict
    assert verdict.failure.name == check, verdict


def test_value_of_a_longer_way_that_is_not_there_is_named(exercise):
    failure = grader().grade(exercise, RIGHT.replace("app.state.pieces = []", "")).failure
    assert failure.name == "check_bytes_arrive_in_pieces"
    assert failure.did == "looked for `app.state.pieces`"
