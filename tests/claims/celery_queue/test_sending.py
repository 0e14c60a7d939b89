"""Sending is a network call: who retries, for how long, and what is raised when nobody answers."""

import subprocess
import sys
import threading
from collections import Counter

import kombu.utils.functional
import psutil
import pytest
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from labs.celery_queue.sending import sender
from labs.celery_queue.tasks import queue as lab
from tests.waiting import until
from unblocked.course import course

FAST = {
    name: sender.conf[name]
    for name in (
        "broker_transport_options",
        "redis_socket_connect_timeout",
        "redis_socket_timeout",
        "result_backend_transport_options",
    )
}
"""The limits that the lab's `sender` has."""


@pytest.fixture
def naps(monkeypatch):
    """What was slept, in place of sleeping."""
    slept, me = [], threading.current_thread()
    sleep = kombu.utils.functional.sleep
    monkeypatch.setattr(  # of other threads, kombu may have some that wait for a broker
        kombu.utils.functional,
        "sleep",
        lambda seconds: slept.append(seconds) if threading.current_thread() is me else sleep(seconds),
    )
    return slept


@pytest.fixture
def tries(monkeypatch):
    """To which sockets somebody has tried to connect, and how often."""
    counted = Counter()
    connect = redis.UnixDomainSocketConnection._connect

    def noted(self):
        counted[self.path] += 1
        return connect(self)

    monkeypatch.setattr(redis.UnixDomainSocketConnection, "_connect", noted)
    return counted


def both(address):
    return {"urls": {"broker": address, "backend": address}}


def test_policy_of_the_results_is_what_the_lesson_shows():
    policy = {"max_retries": 20, "interval_start": 0, "interval_step": 1, "interval_max": 1}
    assert lab.backend.retry_policy == policy


@pytest.mark.parametrize("options", [{}, {"retry": False}])
def test_who_sends_waits_nineteen_seconds_for_the_results(options, office, dead, naps):
    with pytest.raises(RuntimeError, match="Retry limit exceeded while trying to reconnect"):
        office.app(**both(dead)).send_task("early", [7], **options)
    assert Counter(naps)[1.0] == sum(naps) == 19


def test_results_are_wanted_before_the_message_is_sent(office, dead, naps):
    here = office.env["CELERY_BROKER_URL"]
    with pytest.raises(RuntimeError):
        office.app(urls={"broker": here, "backend": dead}).send_task("early", [7])
    assert sum(naps) == 19
    assert office.lists() == (0, 0)


def test_broker_has_limits_of_its_own(office, dead, naps):
    here = office.env["CELERY_RESULT_BACKEND"]
    with pytest.raises(OperationalError):
        office.app(urls={"broker": dead, "backend": here}).send_task("early", [7])
    assert 0 < sum(naps) < 19


def test_broker_alone_raises_operational_error(office, dead):
    with pytest.raises(OperationalError):
        office.app(urls={"broker": dead, "backend": None}, **FAST).send_task("early", [7], retry=False)
    with pytest.raises(OperationalError):
        office.app(**both(dead), **FAST).send_task("early", [7], retry=False, ignore_result=True)


def test_who_asks_for_a_result_gets_the_error_of_redis(office, dead, naps):
    with pytest.raises(redis.ConnectionError):
        office.app(**both(dead)).AsyncResult("any").state  # noqa: B018  # it asks
    assert naps == []


def test_limits_of_the_lab_leave_no_waiting(office, dead, naps, tries):
    with pytest.raises(RuntimeError):
        office.app(**both(dead), **FAST).send_task("early", [7], retry=False)
    assert naps == []
    assert list(tries.values()) == [2]  # so two limits of a second, where the broker is silent


def test_silent_broker_is_waited_for_longer_unless_told():
    conf = Celery().conf
    assert (conf.redis_socket_timeout, conf.redis_socket_connect_timeout) == (120, None)
    with Celery(broker="redis://127.0.0.1:9", set_as_current=False) as app, app.connection() as connection:
        assert "socket_timeout" not in connection.transport_options
    assert (sender.conf.redis_socket_timeout, sender.conf.redis_socket_connect_timeout) == (1, 1)


def test_message_may_arrive_although_the_answer_came_too_late(office):
    app = office.app(**FAST)
    app.send_task("early", [1], retry=False, ignore_result=True)  # it is connected
    office.broker.pause()
    until(lambda: psutil.Process(office.broker.pid).status() == psutil.STATUS_STOPPED, "it is silent")
    with pytest.raises(OperationalError, match="Timeout"):
        app.send_task("early", [2], retry=False, ignore_result=True)
    office.broker.go_on()
    until(lambda: office.lists() == (2, 0), "both messages are there")


def test_first_delay_of_a_process_imports_more():
    code = """
import sys
from labs.celery_queue.sending import NoBroker, hand_over
before = set(sys.modules)
try:
    hand_over("any")
except NoBroker:
    print(len({each for each in sys.modules if each not in before}))
"""
    env = {"CELERY_BROKER_URL": "redis://127.0.0.1:9", "CELERY_RESULT_BACKEND": "redis://127.0.0.1:9"}
    told = subprocess.run([sys.executable, "-c", code], env=env, cwd=course(), capture_output=True, check=True)
    assert int(told.stdout) > 0
