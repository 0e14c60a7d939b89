"""The tasks of Parcel's workers that use the database: with sync sessions, on an engine of each process."""

from __future__ import annotations

import asyncio
from typing import Any

from celery import Celery, signals
from sqlalchemy import Engine, NullPool, create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from labs.database.models import Shipment
from labs.database.settings import settings

queue = Celery("parcel")
queue.conf.broker_connection_retry_on_startup = True


class Database:
    """The engine of a worker's process: made after the fork, for a connection cannot be shared by two processes."""

    engine: Engine


@signals.worker_process_init.connect
def begin(**_: Any) -> None:
    """Make it when a process begins."""
    url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    Database.engine = create_engine(url, pool_size=1, max_overflow=0)


@queue.task(name="draw_label")
def draw_label(shipment_id: int) -> str:
    """Draw the label of a shipment, if there is one."""
    with Session(Database.engine) as session, session.begin():
        shipment = session.get(Shipment, shipment_id)
        if shipment is None:
            return "there is no such shipment"
        shipment.state = "labelled"
        return f"a label for parcel {shipment.parcel}"


shared = create_async_engine(settings.database_url)
"""An engine for all tasks of a process: its connections belong to the loop that opened them."""


@queue.task(name="read_shared")
def read_shared(shipment_id: int) -> str:
    """Read a shipment on a loop of its own, with an engine of all loops."""
    return asyncio.run(_state(shared, shipment_id))


@queue.task(name="read_unpooled")
def read_unpooled(shipment_id: int) -> str:
    """Read a shipment on a loop of its own, with an engine that keeps no connection."""
    return asyncio.run(_state(create_async_engine(settings.database_url, poolclass=NullPool), shipment_id))


async def _state(engine: Any, shipment_id: int) -> str:
    async with AsyncSession(engine) as session:
        shipment = await session.get(Shipment, shipment_id)
        return shipment.state if shipment else "there is no such shipment"
