"""Stuck: what the pool knows of its connections, what the server knows, and a connection that nobody gives back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import text

from labs.database.engine import Session, engine

router = APIRouter(tags=["watch"])

_ACTIVITY = text("""
    SELECT pid, state, wait_event_type AS waits_for, pg_blocking_pids(pid) AS blocked_by,
           round(extract(epoch FROM clock_timestamp() - xact_start)::numeric, 1) AS in_transaction_for,
           left(query, 60) AS last
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    ORDER BY xact_start NULLS LAST
""")

_leaked: list[Any] = []


@router.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}


@router.get("/pool")
async def read_pool() -> dict[str, int]:
    """Say what this process's pool has: no connection is needed for that."""
    pool: Any = engine.pool
    return {
        "size": pool.size(),
        "out": pool.checkedout(),
        "idle": pool.checkedin(),
        "overflow": max(0, pool.overflow()),
    }


@router.get("/activity")
async def read_activity() -> list[dict[str, Any]]:
    """Say what the server's connections do, and who waits for whom."""
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(_ACTIVITY)).mappings()]


@router.get("/reports/leaky/{customer}")
async def report_leaky(customer: int) -> dict[str, int]:
    """Open a session and close it in the end, which is not reached for a customer whom nobody knows."""
    session = Session()
    _leaked.append(session)  # as anything does that keeps a reference: a cache, a log, a traceback
    found = await session.execute(text("SELECT id FROM customers WHERE id = :id"), {"id": customer})
    told = {"customer": found.scalar_one()}
    await session.close()
    return told


@router.get("/reports/tight/{customer}")
async def report_tight(customer: int) -> dict[str, int]:
    """Open a session in a block, which closes it whatever happens."""
    async with Session() as session:
        found = await session.execute(text("SELECT id FROM customers WHERE id = :id"), {"id": customer})
        return {"customer": found.scalar_one()}
