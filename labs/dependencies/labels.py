"""Labels and papers: dependencies that block, each on the thread where FastAPI runs it."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException

from labs.dependencies.settings import read_settings
from labs.parcel_sdk import draw_label

router = APIRouter(tags=["labels"])


async def draw_in_async(parcel: int) -> str:
    """Draw a label in an `async def` dependency."""
    return draw_label(parcel)


def draw_in_def(parcel: int) -> str:
    """Draw a label in a `def` dependency."""
    return draw_label(parcel)


@router.get("/labels/async/{parcel}")
def label_async(label: Annotated[str, Depends(draw_in_async)]) -> dict[str, str]:
    """Give a label that an `async def` dependency has drawn, in a `def` route."""
    return {"label": label}


@router.get("/labels/def/{parcel}")
async def label_def(label: Annotated[str, Depends(draw_in_def)]) -> dict[str, str]:
    """Give a label that a `def` dependency has drawn, in an `async def` route."""
    return {"label": label}


# Threads: which one runs what?


def name_thread() -> str:
    """Say which thread this runs in."""
    return threading.current_thread().name


async def await_name() -> str:
    """Say which thread an `async def` dependency runs in."""
    return name_thread()


async def yield_from_async() -> AsyncGenerator[str]:
    """Say which thread an `async def` dependency with `yield` runs in."""
    yield name_thread()


def yield_from_def() -> Generator[str]:
    """Say which thread a `def` dependency with `yield` runs in."""
    yield name_thread()


class Named:
    """Knows the thread that it was made in."""

    def __init__(self) -> None:
        self.thread = name_thread()


@router.get("/where")
async def where(
    from_async: Annotated[str, Depends(await_name)],
    from_def: Annotated[str, Depends(name_thread)],
    from_class: Annotated[Named, Depends(Named)],
    from_async_yield: Annotated[str, Depends(yield_from_async)],
    from_def_yield: Annotated[str, Depends(yield_from_def)],
) -> dict[str, str]:
    """Say which thread ran which kind of dependency."""
    return {
        "async def": from_async,
        "def": from_def,
        "class": from_class.thread,
        "async def with yield": from_async_yield,
        "def with yield": from_def_yield,
    }


# Papers: each needs one of five stamps.

stamps = threading.BoundedSemaphore(5)


def take_stamp() -> Generator[None]:
    """Lend a stamp; give up if none comes free in time."""
    if not stamps.acquire(timeout=read_settings().stamp_patience):
        raise HTTPException(503, "No stamp came free.")
    try:
        yield
    finally:
        stamps.release()


def take_stamp_bare() -> Generator[None]:
    """Lend a stamp; give up if none comes free in time."""
    if not stamps.acquire(timeout=read_settings().stamp_patience):
        raise HTTPException(503, "No stamp came free.")
    yield
    stamps.release()


Stamped = Annotated[None, Depends(take_stamp)]  # waits in a thread, with a token that those with a stamp need
StampedInTurn = Annotated[None, Depends(take_stamp, max_concurrency=5)]  # waits on the event loop, without a thread
StampedBare = Annotated[None, Depends(take_stamp_bare)]  # raises at its `yield` when the request fails, and ends there


@router.get("/papers/threads/{parcel}")
def paper_in_threads(parcel: int, _: Stamped) -> dict[str, str]:
    """Stamp a paper; dependency and route are `def`."""
    return {"paper": draw_label(parcel)}


@router.get("/papers/in-turn/{parcel}")
def paper_in_turn(parcel: int, _: StampedInTurn) -> dict[str, str]:
    """Stamp a paper; five at a time are admitted."""
    return {"paper": draw_label(parcel)}


@router.get("/papers/bare/{parcel}")
def paper_bare(parcel: int, _: StampedBare) -> dict[str, str]:
    """Stamp a paper; the dependency has nothing around its `yield`."""
    return {"paper": draw_label(parcel)}
