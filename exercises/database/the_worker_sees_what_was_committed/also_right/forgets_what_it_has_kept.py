"""Has `def` routes with SQL of their own, and removes each promise when it is sent."""

import os

from celery import Celery
from fastapi import FastAPI
from sqlalchemy import ForeignKey, create_engine, insert, make_url, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from labs import parcel_sdk

url = make_url(os.environ["DATABASE_URL"])
engine = create_engine(url.set(drivername="postgresql+psycopg"))
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
    with Session(engine) as session, session.begin():
        shipment = session.get(Shipment, shipment_id)
        if shipment is None or shipment.state == "labelled":
            return
        parcel_sdk.draw_label(shipment.parcel)
        shipment.state = "labelled"


@app.post("/shipments/{parcel}", status_code=202)
def take(parcel: int) -> dict[str, int]:
    with engine.begin() as connection:
        shipment = connection.scalar(insert(Shipment).values(parcel=parcel, state="new").returning(Shipment.id))
        connection.execute(insert(Promise).values(task=draw_label.name, shipment_id=shipment, kept=False))
    return {"shipment": shipment}


@app.post("/promises/keep")
def keep() -> dict[str, int]:
    kept = 0
    while True:
        with Session(engine) as session, session.begin():
            promise = session.scalar(select(Promise).order_by(Promise.id).limit(1).with_for_update(skip_locked=True))
            if promise is None:
                return {"kept": kept}
            queue.send_task(promise.task, [promise.shipment_id], ignore_result=True)
            session.delete(promise)
        kept += 1
