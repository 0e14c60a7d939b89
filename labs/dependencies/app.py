"""Parcel's accounts and orders: what FastAPI makes for a route, how often, and who cleans up."""

from __future__ import annotations

from fastapi import FastAPI

from labs.dependencies import accounts, errors, labels, offers, orders, quotes, trail
from labs.dependencies.correlation import CorrelationMiddleware, set_up_logging
from labs.dependencies.lifespan import lifespan
from labs.dependencies.settings import read_settings

set_up_logging()
app = FastAPI(title="Parcel", lifespan=lifespan)
errors.install(app)
for router in (quotes.router, offers.router, offers.steps, labels.router, orders.router, trail.router, accounts.router):
    app.include_router(router)
if read_settings().http_middleware:
    app.middleware("http")(trail.pass_on)
app.add_middleware(trail.Onlooker)
app.add_middleware(CorrelationMiddleware)  # added last, so nothing comes before it


@app.get("/health")
async def health() -> dict[str, bool]:
    """Say that the service is alive."""
    return {"ok": True}
