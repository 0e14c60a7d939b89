"""An app whose every route asks the outside world in another way; it has two tokens for threads."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from multiprocessing import get_context

import aiohttp
import anyio.to_thread
import httpx
import requests
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import StreamingResponse

CARRIERS = os.environ["CARRIERS_URL"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = 2
    with (
        ThreadPoolExecutor(1, thread_name_prefix="mine") as app.state.threads,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as app.state.processes,
    ):
        async with (
            httpx.AsyncClient(base_url=CARRIERS, timeout=60) as app.state.httpx,
            aiohttp.ClientSession(CARRIERS) as app.state.aiohttp,
        ):
            yield


app = FastAPI(lifespan=lifespan)


def wait(name: str) -> str:
    return requests.get(f"{CARRIERS}/{name}", timeout=60).text


@app.get("/blocking/{name}")
async def blocking(name: str) -> str:
    return wait(name)


@app.get("/awaiting/{name}")
async def awaiting(name: str, request: Request) -> str:
    return (await request.app.state.httpx.get(f"/{name}")).text


@app.get("/aiohttp/{name}")
async def with_aiohttp(name: str, request: Request) -> str:
    async with request.app.state.aiohttp.get(f"/{name}") as answer:
        return await answer.text()


@app.get("/together/{name}")
async def together(name: str, request: Request) -> list[int]:
    answers = await asyncio.gather(*(request.app.state.httpx.get(f"/{name}-{n}") for n in range(2)))
    return [answer.status_code for answer in answers]


@app.get("/def/{name}")
def in_thread(name: str) -> str:
    return wait(name)


@app.get("/to_thread/{name}")
async def to_thread(name: str) -> str:
    return await asyncio.to_thread(wait, name)


@app.get("/own_threads/{name}")
async def own_threads(name: str, request: Request) -> str:
    return await asyncio.get_running_loop().run_in_executor(request.app.state.threads, wait, name)


@app.get("/process")
async def process(request: Request) -> int:
    return await asyncio.get_running_loop().run_in_executor(request.app.state.processes, os.getpid)


@app.get("/stream/{name}")
async def stream(name: str, request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[str]:
        yield "first,"
        await request.app.state.httpx.get(f"/{name}")
        yield "last"

    return StreamingResponse(parts())


@app.get("/broken")
async def broken() -> None:
    raise RuntimeError("broken on purpose")


@app.get("/broken_thread")
def broken_in_thread() -> None:
    raise RuntimeError("broken on purpose")


@app.get("/background/{name}")
async def background(name: str, request: Request, tasks: BackgroundTasks) -> str:
    tasks.add_task(request.app.state.httpx.get, f"/{name}")
    return "accepted"


@app.get("/health")
async def health() -> bool:
    return True
