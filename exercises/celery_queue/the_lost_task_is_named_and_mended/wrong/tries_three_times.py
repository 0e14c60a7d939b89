"""Believes that three tries are enough, now that the broker gives the task out again.

Says: are no more
"""

import os

import httpx
from celery import Celery, Task
from fastapi import FastAPI

GUILTY = "send_letter"

queue = Celery(
    "parcel",
    broker_transport_options={
        "visibility_timeout": 1,  # seconds; an hour, if nothing is said
        "unacked_restore_interval": 0.2,
        "unacked_restore_throttle": 1,
    },
)
app = FastAPI()
outside = httpx.Client(base_url=os.environ["CARRIERS_URL"], timeout=600)


@queue.task(acks_late=True, reject_on_worker_lost=True)
def draw_label(parcel: int) -> None:
    outside.post(f"/printer/labels/{parcel}").raise_for_status()


@queue.task(bind=True, acks_late=True, reject_on_worker_lost=True)
def charge(task: Task, parcel: int) -> None:
    key = {"Idempotency-Key": task.request.id}
    outside.post(f"/bank/charges/{parcel}", headers=key).raise_for_status()


@queue.task(acks_late=True, reject_on_worker_lost=True)
def call_courier(parcel: int) -> None:
    outside.post(f"/couriers/parcels/{parcel}").raise_for_status()


# wrong: check_a_letter_is_still_tried_again
@queue.task(
    acks_late=True,
    reject_on_worker_lost=True,
    autoretry_for=(httpx.HTTPError,),
    default_retry_delay=0.2,
    max_retries=3,
)
def send_letter(parcel: int) -> None:
    key = {"Idempotency-Key": f"letter-{parcel}"}
    outside.post(f"/mail/letters/{parcel}", headers=key).raise_for_status()


@queue.task(ignore_result=True)
def refresh_price(parcel: int) -> None:
    outside.post(f"/prices/{parcel}").raise_for_status()


@app.post("/parcels/{parcel}", status_code=202)
def take_parcel(parcel: int) -> dict[str, int]:
    draw_label.delay(parcel)
    charge.delay(parcel)
    call_courier.apply_async((parcel,), countdown=0.2)
    send_letter.delay(parcel)
    refresh_price.apply_async((parcel,), expires=60)
    return {"parcel": parcel}
