"""Sync sessions in `def` routes: a connection and a thread for each request, and two pools to think of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import Engine, create_engine, func, make_url, select
from sqlalchemy.orm import Session

from labs.database.models import Shipment
from labs.database.settings import settings

router = APIRouter(prefix="/sync", tags=["sync"])


@lru_cache
def read_engine() -> Engine:
    """Give the sync engine of this process, with a pool of the same size."""
    url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    return create_engine(
        url, pool_size=settings.pool_size, max_overflow=settings.max_overflow, pool_timeout=settings.pool_timeout
    )


def hold_session() -> Iterator[Session]:
    """Give a session for as long as the request lasts, and close it after the answer."""
    with Session(read_engine()) as session:
        yield session


@router.get("/held")
def count_held(session: Annotated[Session, Depends(hold_session)]) -> int:
    """Count all shipments. The connection is held until the answer has been checked, which needs a thread once more."""
    return session.scalar(select(func.count()).select_from(Shipment)) or 0


@router.get("/short")
def count_short() -> int:
    """Count all shipments, and give the connection back before the answer is made."""
    with Session(read_engine()) as session:
        return session.scalar(select(func.count()).select_from(Shipment)) or 0
