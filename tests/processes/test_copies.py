"""Copies of a warm process: like any other process that the guard keeps."""

import json
import os
import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest

from tests.waiting import FAR, until
from unblocked.faults import Fault
from unblocked.processes import Keeper
from unblocked.processes.starting import method

pytestmark = pytest.mark.skipif(method() == "spawn", reason="this system does not give orphans to a supervisor")


@pytest.fixture
def kept():
    made = Keeper()
    yield made
    made.close()


@pytest.fixture
def warm(kept):
    return kept.start([sys.executable, "-m", "tests.processes.warm", "@copies"], name="warm")


def told(child):
    assert child.wait(FAR) == 0
    return json.loads(child.log.read_text())


def test_copy_is_like_a_process_of_its_own(kept, warm, tmp_path):
    child = kept.start(["tell", "a", "b"], name="copy", env={"PARCEL": "7"}, cwd=tmp_path, of=warm)
    said = told(child)
    assert (said["words"], said["env"], said["folder"]) == (["a", "b"], {"PARCEL": "7"}, str(tmp_path))
    assert said["warm"] == warm.pid != said["pid"] == said["group"] == child.pid
    assert said["parent"] == psutil.Process(kept.guard).children()[0].pid


def test_copy_inherits_a_socket(kept, warm):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        child = kept.start(["write", "@0"], name="writer", descriptors=[theirs.fileno()], of=warm)
        theirs.close()
        ours.settimeout(FAR)
        assert ours.recv(100) == b"from a copy"
        assert ours.recv(100) == b""  # nobody else has it
        assert child.wait(FAR) == 0


def test_copy_has_nothing_open_of_others(kept, warm):
    child = kept.start(["tell"], name="copy", of=warm)
    opened = [
        path for path in told(child)["open"] if ".so" not in Path(path).name
    ]  # newer libffi's keep their file open
    assert sorted(opened) == sorted([os.devnull, str(child.log), str(child.log)])


def test_what_a_copy_complains_of_is_in_its_log(kept, warm):
    child = kept.start(["complain"], name="copy", of=warm)
    assert child.wait(FAR) == 0
    assert child.log.read_text() == "no price\n"


def test_order_may_be_long(kept, warm):
    env = {f"PARCEL_{n}": "7" * 100_000 for n in range(10)}
    child = kept.start(["tell"], name="copy", env=env, of=warm)
    assert told(child)["env"] == env


def test_exit_code_of_a_copy_is_known(kept, warm):
    assert kept.start(["exit", "7"], name="seven", of=warm).wait(FAR) == 7


def test_copy_is_stopped_and_the_warm_process_goes_on(kept, warm):
    first, second = (kept.start(["sleep"], name="nap", of=warm) for _ in range(2))
    first.stop()
    assert first.code == -signal.SIGTERM
    assert second.code is None
    assert told(kept.start(["tell"], name="copy", of=warm))["words"] == []


def test_copy_that_cleans_up_has_its_grace(kept, warm):
    child = kept.start(["clean up"], name="copy", grace=FAR, of=warm)
    until(lambda: "ready" in child.log.read_text(), "it can clean up")
    child.stop()
    assert child.code == 5


def test_copies_leave_nothing_behind_in_those_above_them(kept):
    assert kept.start(["true"], name="true").wait(FAR) == 0  # the guard has all that it needs
    supervisor = psutil.Process(kept.guard).children()[0]
    before = supervisor.num_fds()
    warm = kept.start([sys.executable, "-m", "tests.processes.warm", "@copies"], name="warm")
    assert told(kept.start(["tell"], name="copy", of=warm))
    assert psutil.Process(warm.pid).children() == []
    warm.stop()
    assert supervisor.num_fds() == before


def test_copies_do_not_outlive_their_keeper(kept, warm):
    pids = [warm.pid, *(kept.start(["sleep"], name="nap", of=warm).pid for _ in range(3))]
    kept.close()
    until(lambda: not any(map(psutil.pid_exists, pids)), "all are gone")


def test_folder_that_is_gone_is_named(kept, warm):
    with pytest.raises(Fault, match="`copy` could not be started: No such file or directory: /nowhere"):
        kept.start(["tell"], name="copy", cwd="/nowhere", of=warm)
    assert told(kept.start(["tell"], name="copy", of=warm))["folder"] == str(Path.cwd())


def test_warm_process_that_is_gone_is_told(kept, warm):
    assert told(kept.start(["tell"], name="copy", of=warm))
    warm.stop()
    with pytest.raises(Fault, match="`copy` could not be started: the warm process has ended"):
        kept.start(["tell"], name="copy", of=warm)
    assert kept.start(["true"], name="true").wait(FAR) == 0


def test_warm_process_that_does_not_answer_is_ended(monkeypatch):
    monkeypatch.setattr(sys.modules[Keeper.__module__], "_GUARD", Path(__file__).with_name("impatient.py"))
    kept = Keeper()
    silent = kept.start(["/bin/sh", "-c", "sleep 300", "@copies"], name="silent")
    with pytest.raises(Fault, match="`copy` could not be started: the warm process does not answer"):
        kept.start(["tell"], name="copy", of=silent)
    assert silent.wait(FAR) == -signal.SIGKILL
    kept.close()
