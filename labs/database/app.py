"""Parcel's shipments and balances: who holds the connection, each fault beside what mends it."""

from __future__ import annotations

from fastapi import FastAPI

from labs.database import bookings, customers, pages, sending, sessions, threads, transfers, watch
from labs.database.engine import lifespan

app = FastAPI(title="Parcel", lifespan=lifespan)
for module in (bookings, sessions, customers, transfers, pages, threads, sending, watch):
    app.include_router(module.router)
