"""The queue and the commit: a task that is sent before its row is committed finds nothing."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select

from labs.database.engine import Carriers, Sess, Session
from labs.database.models import Promise, Shipment
from labs.database.tasks import draw_label, queue

router = APIRouter(prefix="/labels", tags=["labels"])


@router.post("/early/{parcel}", status_code=202)
async def label_early(parcel: int, session: Sess, carriers: Carriers) -> dict[str, int]:
    """Send the task, wait for a carrier, and commit: the worker is faster."""
    shipment = Shipment(customer_id=1, parcel=parcel)
    session.add(shipment)
    await session.flush()
    await run_in_threadpool(draw_label.delay, shipment.id)
    await carriers.get("/carriers/swift/quote", params={"parcel": parcel})
    await session.commit()
    return {"shipment": shipment.id}


@router.post("/after/{parcel}", status_code=202)
async def label_after(parcel: int, session: Sess) -> dict[str, int]:
    """Commit, then send the task: if this process dies in between, the label is never drawn."""
    shipment = Shipment(customer_id=1, parcel=parcel)
    session.add(shipment)
    await session.commit()
    await run_in_threadpool(draw_label.delay, shipment.id)
    return {"shipment": shipment.id}


@router.post("/promised/{parcel}", status_code=202)
async def label_promised(parcel: int, session: Sess) -> dict[str, int]:
    """Commit shipment and promise together: either both are there, or none."""
    shipment = Shipment(customer_id=1, parcel=parcel)
    session.add(shipment)
    await session.flush()
    session.add(Promise(task="draw_label", shipment_id=shipment.id))
    await session.commit()
    return {"shipment": shipment.id}


@router.post("/keep")
async def keep_promises() -> dict[str, int]:
    """Send what was promised, as a loop beside the app would; who is asked at the same time skips what is locked."""
    async with Session.begin() as session:
        query = select(Promise).where(~Promise.kept).order_by(Promise.id).with_for_update(skip_locked=True)
        promises = list(await session.scalars(query))
        for promise in promises:
            await run_in_threadpool(queue.send_task, promise.task, [promise.shipment_id])
            promise.kept = True
    return {"kept": len(promises)}


@router.post("/read/{way}/{shipment}", status_code=202)
async def read_in_worker(way: Literal["shared", "unpooled"], shipment: int) -> dict[str, int]:
    """Have a worker read a shipment, on an event loop that ends with the task."""
    await run_in_threadpool(queue.send_task, f"read_{way}", [shipment])
    return {"shipment": shipment}
