"""Offers: a small tree of dependencies, each of which waits for somebody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel

from labs.dependencies.clients import Client


class Account(BaseModel):
    """A customer's account."""

    number: int


class Offer(BaseModel):
    """What an account is offered."""

    account: int
    credit: bool
    discount: bool


async def load_account(account: int, client: Client) -> Account:
    """Ask the registry for an account; a request for one that is missing ends here."""
    answer = await client.get(f"/registry/accounts/{account}")
    if answer.status_code == 404:
        raise HTTPException(404, f"There is no account {account}.")
    answer.raise_for_status()
    return Account(number=account)


Loaded = Annotated[Account, Depends(load_account)]


async def ask(client: httpx.AsyncClient, office: str, account: Account) -> bool:
    """Ask an office about an account."""
    answer = await client.get(f"/{office}/{account.number}")
    return bool(answer.raise_for_status().json()["ok"])


async def ask_credit(account: Loaded, client: Client) -> bool:
    """Ask whether an account has credit."""
    return await ask(client, "credit", account)


async def ask_discount(account: Loaded, client: Client) -> bool:
    """Ask whether an account has a discount."""
    return await ask(client, "discount", account)


async def ask_both(account: Loaded, client: Client) -> tuple[bool, bool]:
    """Ask for credit and discount at the same time."""
    async with asyncio.TaskGroup() as group:  # FastAPI calls one dependency after the other; this overlaps
        credit = group.create_task(ask(client, "credit", account))
        discount = group.create_task(ask(client, "discount", account))
    return credit.result(), discount.result()


router = APIRouter(prefix="/offers", tags=["offers"])


@router.get("/in-turn/{account}")
async def offer_in_turn(
    account: Loaded,
    credit: Annotated[bool, Depends(ask_credit)],
    discount: Annotated[bool, Depends(ask_discount)],
) -> Offer:
    """Make an offer of three dependencies."""
    return Offer(account=account.number, credit=credit, discount=discount)


@router.get("/together/{account}")
async def offer_together(account: Loaded, terms: Annotated[tuple[bool, bool], Depends(ask_both)]) -> Offer:
    """Make the same offer with one dependency that asks both offices."""
    credit, discount = terms
    return Offer(account=account.number, credit=credit, discount=discount)


# The order of dependencies: each notes its name.


def step(name: str) -> Callable[[Request], Awaitable[None]]:
    """Make a dependency that notes its name on the request."""

    async def note(request: Request) -> None:
        request.state.steps = [*getattr(request.state, "steps", []), name]

    return note


async def step_account(request: Request) -> None:
    """Note that the account is loaded."""
    await step("account")(request)


async def step_credit(request: Request, _: Annotated[None, Depends(step_account)]) -> None:
    """Note that the credit is asked for, once the account is there."""
    await step("credit, needs account")(request)


async def step_discount(request: Request, _: Annotated[None, Depends(step_account)]) -> None:
    """Note that the discount is asked for, once the account is there."""
    await step("discount, needs account")(request)


steps = APIRouter(prefix="/steps", tags=["offers"], dependencies=[Depends(step("router"))])


@steps.get("", dependencies=[Depends(step("decorator"))])
async def take_steps(
    request: Request,
    _discount: Annotated[None, Depends(step_discount)],
    _credit: Annotated[None, Depends(step_credit)],
) -> list[str]:
    """Say in which order the dependencies have run."""
    noted: list[str] = request.state.steps
    return noted
