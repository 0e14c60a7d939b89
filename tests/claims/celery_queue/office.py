"""Tasks that say to the outside world who they are, and may be held there."""

import asyncio
import json
import os
import socket
import threading

import httpx
from celery import Celery, signals

queue = Celery("office")
queue.conf.update(json.loads(os.environ.get("OFFICE", "{}")))


def say(path, task=None):
    """Tell the outside world; return when it lets go."""
    headers = {"process": str(os.getpid()), "thread": threading.current_thread().name}
    if task is not None:
        headers |= {"task": task.request.id, "origin": task.request.origin or ""}
    httpx.post(f"{os.environ['CARRIERS_URL']}{path}", headers=headers, timeout=300)


@signals.worker_process_init.connect
def begin(**_):
    say("/begun")


def work(task, n):
    say(f"/errands/{n}", task)
    return n


@queue.task(name="early", bind=True)
def early(task, n):
    return work(task, n)


@queue.task(name="late", bind=True, acks_late=True)
def late(task, n):
    return work(task, n)


@queue.task(name="rejected", bind=True, acks_late=True, reject_on_worker_lost=True)
def rejected(task, n):
    return work(task, n)


@queue.task(name="tracked", bind=True, track_started=True)
def tracked(task, n):
    return work(task, n)


@queue.task(name="ignored", bind=True, ignore_result=True, track_started=True)
def ignored(task, n):
    return work(task, n)


@queue.task(name="limited", bind=True, time_limit=1)
def limited(task, n):
    return work(task, n)


@queue.task(name="stumbles", bind=True, acks_late=True)
def stumbles(task, n):
    say(f"/errands/{n}", task)
    if task.request.retries == 0:
        raise task.retry(countdown=0)


@queue.task(name="tells", bind=True)
def tells(task):
    for done in (1, 2):
        task.update_state(state="PROGRESS", meta={"done": done})
        say(f"/told/{done}", task)


@queue.task(name="gets")
def gets():
    return early.delay(1).get()


@queue.task(name="joins", bind=True)
def joins(task, results):
    say("/joined", task)
    return results


@queue.task(name="coroutine")
async def coroutine():
    await asyncio.sleep(0)


ours, theirs = socket.socketpair()


@queue.task(name="socket", bind=True)
def name_socket(task):
    say(f"/sockets/{os.fstat(ours.fileno()).st_ino}", task)
