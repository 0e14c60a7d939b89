"""Accounts and their orders, behind two doors: a token, and an account that exists."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, PositiveInt

from labs.dependencies.clients import Client
from labs.dependencies.offers import Account, Loaded, load_account
from labs.dependencies.orders import Ledger
from labs.dependencies.services import Ordering, Receipt
from labs.dependencies.settings import Configured

bearer = HTTPBearer()


async def check_token(sent: Annotated[HTTPAuthorizationCredentials, Depends(bearer)], settings: Configured) -> None:
    """Let in who has the token."""
    if not secrets.compare_digest(sent.credentials.encode(), settings.token.get_secret_value().encode()):
        raise HTTPException(401, "This token opens nothing.", headers={"WWW-Authenticate": "Bearer"})


async def get_ordering(client: Client, ledger: Ledger, settings: Configured) -> Ordering:
    """Make the service of this request from what lives as long as the app."""
    return Ordering(client, ledger, carrier=settings.carriers.favourite)


Service = Annotated[Ordering, Depends(get_ordering)]


class NewOrder(BaseModel):
    """What a customer orders."""

    order: PositiveInt


router = APIRouter(
    prefix="/accounts/{account}",
    tags=["accounts"],
    dependencies=[Depends(check_token), Depends(load_account)],  # in this order: a stranger learns of no account
)
orders = APIRouter(prefix="/orders")


@router.get("")
async def show(account: Loaded) -> Account:
    """Show an account; the one that the door has loaded."""
    return account


@orders.post("", status_code=201)
async def place_order(new: NewOrder, ordering: Service) -> Receipt:
    """Place an order; nothing here says that the account exists, because the doors above do."""
    return await ordering.take(new.order)


router.include_router(orders)
