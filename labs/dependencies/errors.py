"""What a customer is told when something that Parcel needs does not work; the log has the reason."""

from __future__ import annotations

import logging

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from labs.pool import LedgerError, NoLease

log = logging.getLogger("parcel")


async def say_unavailable(_: Request, error: Exception) -> JSONResponse:
    """Answer 503: the ledger refused, or every lease was out for too long."""
    log.warning("the ledger: %s", error)
    return JSONResponse({"detail": "The ledger cannot take this now."}, status_code=503)


async def say_bad_gateway(_: Request, error: Exception) -> JSONResponse:
    """Answer 502: a carrier failed, or was not reached."""
    log.warning("a carrier: %s", error)
    return JSONResponse({"detail": "The carrier does not help now."}, status_code=502)


def install(app: FastAPI) -> None:
    """Tell the app what to answer for each of these errors."""
    for error in (LedgerError, NoLease):
        app.add_exception_handler(error, say_unavailable)
    app.add_exception_handler(httpx.HTTPError, say_bad_gateway)
