"""A Celery worker: ready when made, in real processes, gone with all of them."""

import re
import textwrap

import psutil
import pytest
from celery import Celery

from tests.family import family_of
from tests.waiting import FAR, until
from unblocked.backends.worker import Worker
from unblocked.faults import Fault
from unblocked.processes import keeper

APP = """
    import os
    from celery import Celery

    url = os.environ["REDIS_URL"].replace("unix://", "redis+socket://")
    queue = Celery("parcel", broker=url, backend=url)

    @queue.task(name="label")
    def label(parcel):
        return f"label {parcel}, drawn by {os.getpid()}"

    @queue.task(name="hang")
    def hang():
        import signal
        signal.pause()
"""


@pytest.fixture
def place(tmp_path, monkeypatch, client):  # noqa: ARG001  # emptied before and after
    """The file with the tasks, in the folder that the test runs in."""
    (tmp_path / "tasks.py").write_text(textwrap.dedent(APP))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def queue(valkey):
    url = valkey.url.replace("unix://", "redis+socket://")
    with Celery("asking", broker=url, backend=url, set_as_current=False) as made:
        yield made


def worker(valkey, app="tasks.py:queue", **options):
    return Worker(app, env={"REDIS_URL": valkey.url}, **options)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("pool", ["prefork", "threads", "solo"])
def test_task_is_done_by_a_process_of_its_own(pool, valkey, queue):
    with worker(valkey, pool=pool) as made:
        said = queue.send_task("label", [7]).get(timeout=FAR)
        family = {made.pid, *(child.pid for child in psutil.Process(made.pid).children(recursive=True))}
    label, _, by = said.partition(", drawn by ")
    assert (label, int(by) in family) == ("label 7", True)
    assert (int(by) == made.pid) == (pool != "prefork")


@pytest.mark.usefixtures("place")
def test_module_is_served_as_well(valkey, queue):
    with worker(valkey, "tasks:queue"):
        assert queue.send_task("label", [7]).get(timeout=FAR).startswith("label 7")


@pytest.mark.usefixtures("place")
def test_killed_worker_takes_its_processes_along(valkey, queue):
    made = worker(valkey)
    queue.send_task("hang")
    until(lambda: "Task hang" in made.log, "it works on the task")
    family = [psutil.Process(made.pid), *psutil.Process(made.pid).children(recursive=True)]
    assert len(family) == 3
    made.kill()
    assert made.exit_code == -9
    until(lambda: not any(process.is_running() for process in family), "all of it is gone")


@pytest.mark.usefixtures("place")
def test_only_its_queues_are_served(valkey, queue):
    with worker(valkey, name="slow", queues=["labels"]) as made:
        other = queue.send_task("label", [1])
        assert queue.send_task("label", [2], queue="labels").get(timeout=FAR).startswith("label 2")
        assert other.state == "PENDING"
        assert "slow@" in made.log


def test_error_of_the_app_is_its_authors_line(place, valkey):
    (place / "tasks.py").write_text("ok = 1\nprice = 1 / 0\n")
    with pytest.raises(Fault, match=r"`worker` did not start: ZeroDivisionError.*\(line 2 of tasks.py\)"):
        worker(valkey)


def test_app_of_another_kind_is_told(place, valkey):
    (place / "tasks.py").write_text("queue = {}\n")
    with pytest.raises(Fault, match=r"`queue` in `tasks.py` is of type `dict`, not a `Celery` app"):
        worker(valkey)


def test_missing_app_is_told_with_the_one_that_is_there(place, valkey):
    told = re.escape("There is no `app` in `tasks.py`. It has `queue`: give `tasks.py:queue`.")
    with pytest.raises(Fault, match=told):
        worker(valkey, "tasks.py")
    (place / "tasks.py").write_text("")
    with pytest.raises(Fault, match=r"There is no `queue` in `tasks\.py`\.$"):
        worker(valkey)


def test_app_that_ends_its_process_is_told_with_its_words(place, valkey):
    (place / "tasks.py").write_text("raise SystemExit('closed today')")
    with pytest.raises(Fault, match=r"`worker` did not become ready. .* It printed:\n\nclosed today"):
        worker(valkey)


@pytest.mark.usefixtures("place")
def test_worker_that_is_given_up_is_ended(valkey, monkeypatch):
    monkeypatch.setattr("unblocked.backends.worker.START_LIMIT", 0.05)
    with pytest.raises(Fault, match="`lost` did not become ready"):
        worker(valkey, name="lost")
    assert not [words for words in family_of(keeper().guard).values() if "lost" in words]


def test_options_are_given_to_the_worker(place, valkey, queue, monkeypatch, tmp_path_factory):
    text = (place / "tasks.py").read_text().replace("queue =", "app =").replace("@queue.", "@app.")
    (place / "tasks.py").write_text(text.replace("label {parcel}", "label {parcel} {os.environ['SHOP']} {os.getcwd()}"))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("SHOP", "the environment's")
    env = {"REDIS_URL": valkey.url, "SHOP": "ours"}
    with Worker(str(place / "tasks.py"), env=env, concurrency=1, cwd=elsewhere) as made:
        assert queue.send_task("label", [7]).get(timeout=FAR).startswith(f"label 7 ours {elsewhere},")
        assert len(psutil.Process(made.pid).children()) == 1
        assert repr(made) == f"`worker` runs at {place / 'tasks.py'}, prefork, 1 at once"


def test_app_imports_what_the_learner_and_the_course_have(place, valkey, monkeypatch, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "prices.py").write_text("VAT = 19")
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    (place / "tasks.py").write_text("import prices\nimport labs.pool\n" + (place / "tasks.py").read_text())
    with worker(valkey) as made:
        assert made.running


@pytest.mark.usefixtures("place")
def test_log_has_no_warning_for_a_container(valkey):
    with worker(valkey) as made:
        until(lambda: "ready" in made.log, "it has said that it is ready")
        assert "superuser" not in made.log
