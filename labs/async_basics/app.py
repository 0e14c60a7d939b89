"""Parcel compares carriers: it asks them one after another, together in two ways, and with one limit for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from pydantic_settings import BaseSettings

NAMES = ("swift", "turtle", "owl")


class Settings(BaseSettings):
    """Where the carriers answer, and how many questions they allow at once; upper-case names in the environment."""

    carriers_url: str = "http://127.0.0.1:8100"
    most_questions: int = 10


class Quotes(BaseModel):
    """What each carrier takes for a parcel."""

    parcel: int
    prices: dict[str, float]


class Carriers:
    """The carriers, asked through one client; at most so many questions at once where the limit is used."""

    def __init__(self, client: httpx.AsyncClient, *, most: int) -> None:
        self._client = client
        self._places = asyncio.Semaphore(most)  # one for all customers: they share the limit

    async def ask(self, name: str, parcel: int) -> float:
        """Ask one carrier for its price."""
        answer = await self._client.get(f"/carriers/{name}/quote", params={"parcel": parcel})
        price: float = answer.raise_for_status().json()["price"]
        return price

    async def ask_in_turn(self, name: str, parcel: int) -> float:
        """Ask one carrier as soon as there is a place."""
        async with self._places:
            return await self.ask(name, parcel)


settings = Settings()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Keep one client for the whole life of the app."""
    async with httpx.AsyncClient(base_url=settings.carriers_url, timeout=30) as client:
        app.state.carriers = Carriers(client, most=settings.most_questions)
        yield


app = FastAPI(title="Parcel", lifespan=lifespan)


async def get_carriers(request: Request) -> Carriers:
    """Give the carriers that the lifespan made."""
    carriers: Carriers = request.app.state.carriers
    return carriers


Asked = Annotated[Carriers, Depends(get_carriers)]


@app.get("/quotes/sequential/{parcel}")
async def quotes_sequential(parcel: int, carriers: Asked) -> Quotes:
    """Ask each carrier when the one before has answered."""
    prices = {name: await carriers.ask(name, parcel) for name in NAMES}
    return Quotes(parcel=parcel, prices=prices)


@app.get("/quotes/prepared/{parcel}")
async def quotes_prepared(parcel: int, carriers: Asked) -> Quotes:
    """Make a coroutine for each carrier, then await one after the other."""
    questions = {name: carriers.ask(name, parcel) for name in NAMES}  # nobody is asked yet
    prices = {name: await question for name, question in questions.items()}
    return Quotes(parcel=parcel, prices=prices)


@app.get("/quotes/concurrent/{parcel}")
async def quotes_concurrent(parcel: int, carriers: Asked) -> Quotes:
    """Ask every carrier, then wait for all of them."""
    prices = await asyncio.gather(*(carriers.ask(name, parcel) for name in NAMES))
    return Quotes(parcel=parcel, prices=dict(zip(NAMES, prices, strict=True)))


@app.get("/quotes/grouped/{parcel}")
async def quotes_grouped(parcel: int, carriers: Asked) -> Quotes:
    """Ask every carrier in a group: when one fails, the others are given up."""
    async with asyncio.TaskGroup() as group:
        questions = {name: group.create_task(carriers.ask(name, parcel)) for name in NAMES}
    return Quotes(parcel=parcel, prices={name: question.result() for name, question in questions.items()})


@app.get("/quotes/bounded/{parcel}")
async def quotes_bounded(parcel: int, carriers: Asked) -> Quotes:
    """Ask every carrier as soon as there is a place, then wait for all of them."""
    prices = await asyncio.gather(*(carriers.ask_in_turn(name, parcel) for name in NAMES))
    return Quotes(parcel=parcel, prices=dict(zip(NAMES, prices, strict=True)))


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}
