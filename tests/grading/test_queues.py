"""Answers with a queue: a real broker and real workers for every check, gone with it."""

from pathlib import Path

import pytest

from tests.family import family_of, joined_since
from unblocked.grading import Exercise, grader

PLACE = Path(__file__).parent / "course"
RIGHT = """
import os
import httpx
from celery import Celery
from fastapi import FastAPI, HTTPException
from redis.exceptions import ConnectionError
from kombu.exceptions import OperationalError

queue = Celery("parcel")
queue.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    broker_transport_options={
        "visibility_timeout": 1, "unacked_restore_interval": 0.2, "unacked_restore_throttle": 1, "max_retries": 0,
    },
)
app = FastAPI()

@queue.task
def draw(parcel):
    httpx.post(os.environ["CARRIERS_URL"] + f"/drawn/{parcel}", timeout=60).raise_for_status()

@app.post("/labels/{parcel}")
def label(parcel: int):
    try:
        draw.apply_async([parcel], retry=False)
    except (OperationalError, ConnectionError, RuntimeError) as error:
        raise HTTPException(503, "no broker") from error
    return {"parcel": parcel}
"""


@pytest.fixture
def exercise():
    return Exercise.find("workers_are_hired", place=PLACE)


def refusal(exercise, code):
    verdict = grader().grade(exercise, code)
    assert not verdict.passed
    return verdict.failure


def test_right_answer_passes_and_leaves_nothing(exercise):
    before = family_of()
    verdict = grader().grade(exercise, RIGHT)
    assert verdict.passed, verdict
    assert not joined_since(before, "valkey-server")


def test_task_that_is_lost_with_its_worker_is_told(exercise):
    failure = refusal(exercise, RIGHT.replace("task_acks_late=True", "task_acks_late=False"))
    assert (failure.name, failure.got) == ("check_a_killed_worker_loses_nothing", "the task is LOST")


def test_worker_that_is_killed_while_it_sweeps_is_no_hindrance(exercise):
    sweeping = """
    with queue.connection_for_read() as connection:
        channel = connection.default_channel
        lock = channel.unacked_mutex_key
        channel.client.set(lock, "left behind", nx=True, ex=channel.unacked_mutex_expire)
        assert channel.client.ttl(lock) != -1  # it ends by itself
    httpx.post("""
    verdict = grader().grade(exercise, RIGHT.replace("\n    httpx.post(", sweeping))
    assert verdict.passed, [(each.name, each.got) for each in verdict.checks if not each.passed]


def test_what_a_task_raised_is_told_with_its_line(exercise):
    code = RIGHT.replace("    httpx.post(", "    parcel.draw() or httpx.post(")
    failure = refusal(exercise, code)
    assert failure.name == "check_a_label_is_drawn"
    assert "AttributeError: 'int' object has no attribute 'draw'" in failure.got
    assert "parcel.draw()" in code.splitlines()[failure.line - 1]


def test_dead_broker_is_noticed(exercise):
    failure = refusal(exercise, RIGHT.replace("raise HTTPException(503", "raise HTTPException(500"))
    assert (failure.name, failure.got) == ("check_a_dead_broker_is_told", '500 {"detail":"no broker"}')


def test_app_that_does_not_start_again_is_told(exercise):
    lifespan = """
from contextlib import asynccontextmanager

@asynccontextmanager
async def once(app):
    open("started", "x").close()
    yield

app = FastAPI(lifespan=once)
"""
    code = RIGHT.replace("app = FastAPI()\n", lifespan)
    failure = refusal(exercise, code)
    assert (failure.name, failure.did) == ("check_another_app_goes_on", "killed your app, and started it anew")
    assert "FileExistsError" in failure.got
    assert "open(" in code.splitlines()[failure.line - 1]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (RIGHT.replace("queue", "kiosk"), "The exercise asks for a Celery app `queue`"),
        (RIGHT.replace('queue = Celery("parcel")', 'queue = Celery("parcel")\nnever = there'), "name 'there' is not"),
    ],
)
def test_answer_without_a_worker_is_told(exercise, code, says):
    verdict = grader().grade(exercise, code)
    assert not verdict.passed
    assert says in str(verdict)
    if "kiosk" in code:
        assert "It has `kiosk`." in str(verdict)


def test_learner_is_told_what_is_waited_for(exercise, tmp_path):
    """What comes late comes in this check when it has been told twice that it is waited for."""
    checks = '''"""Something comes late."""
def check_it_comes(stack):
    """It comes."""
    told, tell = [], stack.on_wait
    stack.on_wait = lambda: told.append(tell())
    assert stack.works(lambda: len(told) > 1, patience=600)
'''
    folder = tmp_path / "exercises" / "shops" / exercise.name
    folder.mkdir(parents=True)
    (folder / "task.md").write_text((exercise.folder / "task.md").read_text())
    (folder / "checks.py").write_text(checks)
    told = []
    assert grader().grade(Exercise.find(exercise.name, place=tmp_path), RIGHT, on_wait=told.append).passed
    assert told == ["It comes."]
