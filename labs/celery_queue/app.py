"""Parcel's web process, which has a queue."""

from __future__ import annotations

from fastapi import FastAPI

from labs.celery_queue.tasks import send_invoice

app = FastAPI(title="Parcel")


@app.post("/invoices/queued/{parcel}", status_code=202)
async def invoice_queued(parcel: int) -> dict[str, str]:
    """Hand an invoice to the queue."""
    return {"task": send_invoice.delay(parcel).id}
