"""Believes that who has noted that it draws will draw: nobody else has to.

Says: has noted and committed that it draws
"""

import os

from celery import Celery
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import ForeignKey, create_engine, make_url, select, update
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from labs import parcel_sdk

url = make_url(os.environ["DATABASE_URL"])
of_workers = create_engine(url.set(drivername="postgresql+psycopg"))
AppSession = async_sessionmaker(create_async_engine(url), expire_on_commit=False)
queue = Celery("parcel")
queue.conf.update(task_ignore_result=True, task_publish_retry=False, broker_transport_options={"max_retries": 0})
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Shipment(Base):
    __tablename__ = "shipments"

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel: Mapped[int]
    state: Mapped[str] = mapped_column(default="new")


class Promise(Base):
    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[str]
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    kept: Mapped[bool] = mapped_column(default=False)


@queue.task(name="draw_label")
def draw_label(shipment_id: int) -> None:
    mine = update(Shipment).where(Shipment.id == shipment_id, Shipment.state == "new").values(state="drawing")
    with Session(of_workers) as session:
        parcel = session.scalar(mine.returning(Shipment.parcel))
        session.commit()  # wrong: check_a_label_is_drawn_once
        if parcel is not None:
            parcel_sdk.draw_label(parcel)
            session.execute(update(Shipment).where(Shipment.id == shipment_id).values(state="labelled"))
            session.commit()


@app.post("/shipments/{parcel}", status_code=202)
async def take(parcel: int) -> dict[str, int]:
    async with AppSession.begin() as session:
        shipment = Shipment(parcel=parcel)
        session.add(shipment)
        await session.flush()
        session.add(Promise(task="draw_label", shipment_id=shipment.id))
    return {"shipment": shipment.id}


@app.post("/promises/keep")
async def keep() -> dict[str, int]:
    query = select(Promise).where(~Promise.kept).order_by(Promise.id).with_for_update(skip_locked=True)
    async with AppSession.begin() as session:
        promises = (await session.scalars(query)).all()
        for promise in promises:
            await run_in_threadpool(queue.tasks[promise.task].delay, promise.shipment_id)
            promise.kept = True
    return {"kept": len(promises)}
