"""The places that are wrapped so that a request's stretches are seen: the loop, threads, clients of other services."""

from __future__ import annotations

import asyncio
import functools
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio.to_thread

from unblocked.recorder.tape import TAPE, current
from unblocked.records import Kind

T = TypeVar("T")

_now = time.perf_counter


def install() -> None:
    """Wrap the event loop's callbacks and both ways into a thread. Call it before the app is imported, once."""
    _wrap_callbacks()
    _wrap_anyio_threads()
    _wrap_executors()


def _wrap_callbacks() -> None:
    run = asyncio.events.Handle._run

    def recorded(handle: asyncio.Handle) -> None:
        if not isinstance(getattr(handle._callback, "__self__", None), asyncio.Task):  # type: ignore[attr-defined]
            run(handle)  # a socket's or a timer's: it lives on with the request that opened it, and serves others
            return
        context, start = handle._context, _now()  # type: ignore[attr-defined]  # has no public name
        TAPE.running = (context, start)
        run(handle)
        TAPE.running = None
        TAPE.note(context.get(current), "loop", start, _now())  # set meanwhile, in a request's first step

    asyncio.events.Handle._run = recorded  # type: ignore[method-assign,assignment]


def _wrap_anyio_threads() -> None:
    run_sync = anyio.to_thread.run_sync

    @functools.wraps(run_sync)
    async def recorded(func: Callable[..., T], *args: Any, **options: Any) -> T:
        return await run_sync(_timed(func), *args, **options)

    anyio.to_thread.run_sync = recorded  # type: ignore[assignment]


def _wrap_executors() -> None:
    submit = asyncio.base_events.BaseEventLoop.run_in_executor

    @functools.wraps(submit)
    def recorded(loop: Any, executor: Any, func: Callable[..., T], *args: Any) -> Any:
        return submit(loop, executor, _timed(func) if _has_threads(executor) else func, *args)

    asyncio.base_events.BaseEventLoop.run_in_executor = recorded  # type: ignore[method-assign,assignment]


def _has_threads(executor: Any) -> bool:
    """Say whether what it runs shares our memory: other processes and interpreters cannot take a wrapped function."""
    return executor is None or (hasattr(executor, "_threads") and type(executor).__name__ != "InterpreterPoolExecutor")


def _timed(func: Callable[..., T]) -> Callable[..., T]:
    """Note the wait for a thread, and the time in it, on the trace of whoever asked."""
    trace = current.get()
    if trace is None:
        return func
    wait = TAPE.stretch(trace, "token")
    wait.__enter__()

    @functools.wraps(func, assigned=("__name__", "__qualname__", "__doc__", "__module__"), updated=())
    def timed(*args: Any, **options: Any) -> T:
        wait.__exit__(None, None, None)
        with TAPE.stretch(trace, "thread", threading.current_thread().name):
            return func(*args, **options)

    return timed


def name_outgoing_calls() -> None:
    """Wrap the async HTTP clients that the app has imported, so that waiting for them has a name."""
    for module, owner, method in (
        ("httpx", "AsyncClient", "send"),
        ("httpx2", "AsyncClient", "send"),
        ("aiohttp", "ClientSession", "_request"),
    ):
        if module in sys.modules:
            note_waits(getattr(sys.modules[module], owner), method, "upstream", _address)


def note_waits(owner: type, method: str, kind: Kind, label: Callable[..., str]) -> None:
    """Wrap a coroutine method so that awaiting it is noted; `label` says from its arguments what is done there."""
    call: Callable[..., Awaitable[Any]] = getattr(owner, method)

    @functools.wraps(call)
    async def recorded(*args: Any, **options: Any) -> Any:
        with TAPE.stretch(current.get(), kind, label(*args)):
            return await call(*args, **options)

    setattr(owner, method, recorded)


def _address(*args: Any) -> str:
    """Say where a call goes: httpx gives a request, aiohttp a method and a URL."""
    request = args[1] if len(args) > 1 else ""
    return str(getattr(request, "url", args[2] if len(args) > 2 else request))
