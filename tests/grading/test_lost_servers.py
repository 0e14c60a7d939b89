"""A server of a check that somebody else ends: nothing is said about the answer, and nobody waits for it."""

import pytest

from unblocked.faults import Fault
from unblocked.grading import Exercise, grader

APP = """
from fastapi import FastAPI

app = FastAPI()
"""
QUEUE = (
    APP
    + """
from celery import Celery

queue = Celery()
"""
)

TASK = """---
kind: {kind}
minutes: 1
core: false
database: {database}
store: {store}
---

# It answers
"""

CHECK = '''
import os
import threading

from unblocked.grading import expect


def check_it({given}):
    """It answers."""
    {body}
    expect(False, did="asked", got="no answer", expected="one", meaning="It does not answer.")
'''


@pytest.fixture
def graded(tmp_path):
    """Have an answer graded by a check that is made of these lines."""

    def grade(*body, given, kind="app", limits=None, **has):
        folder = tmp_path / "exercises" / "shops" / "it_answers"
        folder.mkdir(parents=True)
        servers = {"database": str(has.get("database", False)).lower(), "store": str(has.get("store", False)).lower()}
        (folder / "task.md").write_text(TASK.format(kind=kind, **servers))
        (folder / "checks.py").write_text(CHECK.format(given=given, body="\n    ".join(body)))
        return grader().grade(Exercise("it_answers", folder), QUEUE if kind == "queue" else APP, **(limits or {}))

    return grade


ASKED = "database.value('SELECT 1')"


@pytest.mark.parametrize("then", ["database._process.wait()", "threading.Event().wait()", ASKED])
def test_database_that_is_killed_says_nothing_about_the_answer(graded, then):
    lost = r"PostgreSQL, which one of the checks had, was ended from outside, by signal 9\. That says nothing"
    with pytest.raises(Fault, match=lost) as raised:
        graded("os.kill(database.pid, 9)", then, given="app, database", database=True)
    assert "Traceback" not in raised.value.message


def test_one_process_of_a_database_is_enough(graded):
    of_a_connection = "os.kill(database.value('SELECT pg_backend_pid()'), 9)"
    with pytest.raises(Fault, match=r"A process of PostgreSQL was ended from outside, by signal 9\."):
        graded(of_a_connection, ASKED, given="app, database", database=True)


@pytest.mark.parametrize("then", ["store._process.wait()", "threading.Event().wait()"])
def test_store_that_is_killed_says_nothing_about_the_answer(graded, then):
    with pytest.raises(Fault, match=r"Valkey, which one of the checks had, was ended from outside, by signal 9\."):
        graded("os.kill(store.pid, 9)", then, given="app, store", store=True)


def test_broker_that_is_killed_is_not_waited_for(graded):
    with pytest.raises(Fault, match=r"Valkey, which one of the checks had, was ended from outside, by signal 9\."):
        graded("os.kill(stack.broker.pid, 9)", "threading.Event().wait()", given="stack", kind="queue")


def test_second_one_is_watched_as_the_first(graded):
    with pytest.raises(Fault, match=r"Valkey, which one of the checks had, was ended from outside, by signal 9\."):
        graded("store.kill()", "store.again()", "os.kill(store.pid, 9)", "threading.Event().wait()",
               given="app, store", store=True)  # fmt: skip


@pytest.mark.parametrize("ends", ["store.kill()", "store.client().shutdown(nosave=True)"])
def test_what_the_check_or_a_client_ends_is_not_lost(graded, ends):
    verdict = graded(ends, given="app, store", store=True)
    assert verdict.failure.meaning == "It does not answer."


@pytest.mark.parametrize("server", ["database", "store"])
def test_check_that_is_ended_at_the_limit_has_lost_nothing(graded, server):
    """Its servers end with it, and it would see that."""
    verdict = graded("threading.Event().wait()", given=f"app, {server}", limits={"limit": 1.0}, **{server: True})
    assert verdict.ended == "at the limit"


def test_what_a_check_does_wrong_is_no_loss(graded):
    with pytest.raises(Fault, match=r"(?s)a fault of the course.*our own mistake"):
        graded("store.kill()", "raise RuntimeError('our own mistake')", given="app, store", store=True)
