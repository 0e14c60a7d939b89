"""A broker and workers that tests share, and brokers and workers of their own for those that do harm."""

import json
import socket
import uuid
from contextlib import ExitStack

import pytest
import redis
from celery import Celery

from tests.waiting import FAR, until
from unblocked.backends.valkey import Valkey
from unblocked.backends.worker import Worker
from unblocked.outside import Outside
from unblocked.processes import keeper
from unblocked.stack.beside import settings

POOLS = ("prefork", "threads", "solo")


class Office:
    """A broker, an app that asks, and workers, who have the tasks of `office.py`."""

    def __init__(self, stack, carriers):
        self._stack, self._carriers = stack, carriers
        self._hired = {}
        # kombu keeps connections by their address: nobody may have it again
        self.broker = stack.enter_context(Valkey(at=keeper().folder / f"{uuid.uuid4().hex[:8]}.sock"))
        self.env = settings(self.broker.url)
        self.client = stack.enter_context(redis.Redis.from_url(self.broker.url))
        self.results = self.app()
        self._sender = self.app(
            urls={"backend": None}
        )  # else it listens, and would be heard of when the broker is gone

    def app(self, *, urls=None, **conf):
        """Give an app of this process, as a web app has one."""
        of_broker = {"broker": self.env["CELERY_BROKER_URL"], "backend": self.env["CELERY_RESULT_BACKEND"]}
        app = self._stack.enter_context(Celery("asking", set_as_current=False, **{**of_broker, **(urls or {})}))
        app.conf.update(conf)
        if app.conf.result_backend:
            self._stack.callback(self._stop_listening, app.backend)
        return app

    @staticmethod
    def _stop_listening(backend):
        """Leave nothing that would look for its broker when the collector finds a result, in another test."""
        backend.result_consumer.stop()
        backend.result_consumer._pubsub = None
        backend.client.connection_pool.disconnect()

    def send(self, name, *args, **options):
        """Send a task, and give what is known of it."""
        return self.results.AsyncResult(self._sender.send_task(name, args, **options).id)

    def hears(self, worker, *, timeout=FAR):
        """Say whether a worker answers, where it takes messages as well."""
        to = [f"{worker.name}@{socket.gethostname()}"]
        return bool(self._sender.control.ping(destination=to, timeout=timeout, limit=1))

    def hire(self, name="worker", *, pool="prefork", concurrency=1, queues=(), **conf):
        """Start a worker, which is ready when this returns."""
        env = {**self.env, "CARRIERS_URL": self._carriers.url, "OFFICE": json.dumps(conf)}
        worker = Worker(
            "tests.claims.celery_queue.office:queue",
            env=env,
            name=name,
            pool=pool,
            concurrency=concurrency,
            queues=queues,
        )
        self._stack.callback(worker.stop)
        return worker

    def at(self, pool):
        """Give a worker with two places that serves the queue of this name; it is hired once."""
        if pool not in self._hired:
            self._hired[pool] = self.hire(pool, pool=pool, concurrency=2, queues=[pool])
        return self._hired[pool]

    def lists(self, queue="celery"):
        """Count what lies in the broker: what nobody has, and what a worker has and has not acknowledged."""
        return self.client.llen(queue), self.client.hlen("unacked")


def outcome(task):
    """Wait until a task is over; give what it returned or raised."""
    until(task.ready, "it is over")
    return task.result


def told(error):
    """Say what somebody else's exception is called, and what it says."""
    return type(error).__name__, str(error)


@pytest.fixture(scope="package")
def outside():
    with Outside(latency=0) as world:
        yield world


@pytest.fixture
def office(carriers):
    """Give an office of its own to whoever harms it, or needs other workers."""
    with ExitStack() as stack:
        yield Office(stack, carriers)
        carriers.mend()


@pytest.fixture(scope="package")
def everybody(outside):
    with ExitStack() as stack:
        yield Office(stack, outside)


@pytest.fixture
def shared(everybody, carriers):
    """Give the office whose workers are left as they were: `shared.at("prefork")`."""
    yield everybody
    carriers.mend()
    for queue in ("celery", *POOLS):
        until(lambda queue=queue: everybody.lists(queue) == (0, 0), "nothing is left to do")
    assert carriers.wait_until_idle()


@pytest.fixture
def dead():
    """Give the address of a broker that is gone."""
    with Valkey() as broker:
        broker.kill()
        yield settings(broker.url)["CELERY_BROKER_URL"]
