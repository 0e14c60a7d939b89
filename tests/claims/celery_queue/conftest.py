"""A broker for each test, and workers that it hires."""

import json
from contextlib import ExitStack

import kombu.pools
import pytest
import redis
from celery import Celery

from tests.waiting import FAR, until
from unblocked.backends.valkey import Valkey
from unblocked.backends.worker import Worker
from unblocked.stack.beside import settings


class Office:
    """A broker, an app that asks, and workers, who have the tasks of `office.py`."""

    def __init__(self, stack, carriers):
        self._stack, self._carriers = stack, carriers
        self.broker = stack.enter_context(Valkey())
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
        return app

    def send(self, name, *args, **options):
        """Send a task, and give what is known of it."""
        return self.results.AsyncResult(self._sender.send_task(name, args, **options).id)

    def hears(self, *, timeout=FAR):
        """Say whether a worker answers, where it takes messages as well."""
        return bool(self._sender.control.ping(timeout=timeout, limit=1))

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

    def lists(self):
        """Count what lies in the broker: what nobody has, and what a worker has and has not acknowledged."""
        return self.client.llen("celery"), self.client.hlen("unacked")


def outcome(task):
    """Wait until a task is over; give what it returned or raised."""
    until(task.ready, "it is over")
    return task.result


def told(error):
    """Say what somebody else's exception is called, and what it says."""
    return type(error).__name__, str(error)


@pytest.fixture
def office(carriers):
    with ExitStack() as stack:
        stack.callback(kombu.pools.reset)  # it knows brokers by their address, which the next one may have again
        yield Office(stack, carriers)
        carriers.mend()


@pytest.fixture
def dead():
    """Give the address of a broker that is gone."""
    with Valkey() as broker:
        broker.kill()
        yield settings(broker.url)["CELERY_BROKER_URL"]
