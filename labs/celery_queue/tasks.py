"""The tasks of Parcel's workers, each fault beside what mends it."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

import httpx
from celery import Celery, Task, signals

from labs.celery_queue.drawing import drawn, joined
from labs.celery_queue.settings import settings

queue = Celery("parcel")
queue.conf.update(
    task_track_started=True,  # else a task that runs says PENDING
    result_expires=settings.keep_results,
    worker_disable_prefetch=True,  # what nobody does yet waits in the broker, not in a worker
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": settings.visibility_timeout,  # seconds, more than any wait; an hour, if nothing is said
        "unacked_restore_interval": 1,  # how often it is looked for what was lost: every 100 s, without
        "unacked_restore_throttle": 1,  # these two
        "unacked_mutex_expire": 1,  # seconds for which one who died while it looked keeps the others from it
    },
)


def ask(path: str, **headers: str) -> None:
    """Ask the outside world for something, and wait for it."""
    answer = httpx.post(f"{settings.carriers_url}{path}", headers=headers, timeout=30)
    answer.raise_for_status()


# Invoices: three letters each.


@queue.task(name="send_invoice")
def send_invoice(parcel: int) -> dict[str, int]:
    """Send the three letters of an invoice."""
    for to in ("customer", "accounts", "archive"):
        ask(f"/mail/{to}/{parcel}")
    return {"invoice": parcel}


# Mailings: one letter after the other, and how far it is.


@queue.task(name="send_mailing", bind=True)
def send_mailing(task: Task, letters: int) -> dict[str, int]:
    """Send many letters, and say after each how many are out."""
    for done in range(1, letters + 1):
        ask(f"/mail/customer/{done}")
        task.update_state(state="PROGRESS", meta={"done": done, "total": letters})
    return {"done": letters, "total": letters}


# Charges: what becomes of money when a worker dies, or the bank's answer is lost.


@queue.task(name="charge_early")
def charge_early(order: int) -> dict[str, int]:
    """Charge an order. The broker was told that it is done before it began."""
    ask(f"/bank/charges/{order}")
    return {"charged": order}


@queue.task(name="charge_late", acks_late=True)
def charge_late(order: int) -> dict[str, int]:
    """Charge an order. The broker is told that it is done when it is."""
    ask(f"/bank/charges/{order}")
    return {"charged": order}


@queue.task(name="charge_once", acks_late=True)
def charge_once(order: int) -> dict[str, int]:
    """Charge an order, under a key by which the bank knows one that it has had."""
    ask(f"/bank/charges/{order}", **{"Idempotency-Key": f"order-{order}"})
    return {"charged": order}


@queue.task(
    name="charge_again",
    acks_late=True,
    autoretry_for=(httpx.HTTPError,),
    max_retries=2,
    retry_backoff=1,  # seconds: then twice that, and so on
    retry_jitter=False,  # so that a run is like the next; leave it on where there are many
)
def charge_again(order: int) -> dict[str, int]:
    """Charge an order, and try again when the bank fails."""
    return charge_once(order)  # type: ignore[no-any-return]


# Prices: a client that has to be awaited.


@queue.task(name="price_awaited")
async def price_awaited(parcel: int) -> dict[str, Any]:
    """Ask a carrier, in a coroutine function: Celery calls it, and nobody awaits what comes back."""
    return await price(httpx.AsyncClient(), parcel)


async def price(client: httpx.AsyncClient, parcel: int) -> dict[str, Any]:
    """Ask a carrier for a price."""
    answer = await client.get(f"{settings.carriers_url}/carriers/swift/quote?parcel={parcel}")
    return {"price": answer.json()["price"]}


shared = httpx.AsyncClient(timeout=30)
"""A client for all tasks of a process: its connections belong to the loop that opened them."""


@queue.task(name="price_shared")
def price_shared(parcel: int) -> dict[str, Any]:
    """Ask a carrier on a loop of its own, with a client of all loops."""
    return asyncio.run(price(shared, parcel))


@queue.task(name="price_own")
def price_own(parcel: int) -> dict[str, Any]:
    """Ask a carrier on a loop of its own, with a client of its own: a new connection for each task."""

    async def own() -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=30) as client:
            return await price(client, parcel)

    return asyncio.run(own())


class Loop:
    """One event loop and one client, for as long as a process of the worker lives."""

    runner: asyncio.Runner
    client: httpx.AsyncClient


@signals.worker_process_init.connect
def begin(**_: Any) -> None:
    """Make them when a process begins: not before, for a fork copies what is there."""
    Loop.runner, Loop.client = asyncio.Runner(), httpx.AsyncClient(timeout=30)


@signals.worker_process_shutdown.connect
def end(**_: Any) -> None:
    """Close them when it ends."""
    Loop.runner.run(Loop.client.aclose())
    Loop.runner.close()


@queue.task(name="price_kept")
def price_kept(parcel: int) -> dict[str, Any]:
    """Ask a carrier on the loop of this process, with its client."""
    return Loop.runner.run(price(Loop.client, parcel))


# Labels: many at once, and one sheet of them; slow work and quick work.


@queue.task(name="draw_label")
def draw_label(parcel: int) -> str:
    """Draw a label; what a task returns must fit into JSON."""
    return b64encode(drawn(parcel)).decode()


@queue.task(name="join_labels")
def join_labels(labels: Sequence[str]) -> str:
    """Put labels on a sheet."""
    return b64encode(joined([b64decode(label) for label in labels])).decode()


@queue.task(name="plan_tour")
def plan_tour(tour: int) -> dict[str, int]:
    """Plan a tour: slow."""
    ask(f"/planner/tours/{tour}")
    return {"tour": tour}


@queue.task(name="confirm")
def confirm(parcel: int) -> dict[str, int]:
    """Confirm a parcel: quick."""
    return {"parcel": parcel}
