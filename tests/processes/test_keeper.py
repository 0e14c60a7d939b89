"""Starting, watching and ending processes."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys

import psutil
import pytest

from tests.conftest import COURSE
from tests.family import family_of
from tests.waiting import FAR, until
from unblocked.faults import Fault
from unblocked.processes import Child, Keeper, keeper, register, runtime


def test_child_runs_and_is_stopped(kept):
    child = kept.start(["sleep", "300"], name="nap")
    assert child.code is None
    child.stop()
    assert child.code == -signal.SIGTERM


def test_stubborn_child_is_killed(kept):
    stubborn = "trap '' TERM; echo ready; while :; do sleep 300; done"
    child = kept.start(["/bin/sh", "-c", stubborn], name="stubborn", grace=0.05)
    until(lambda: "ready" in child.log.read_text(), "the trap is set")
    child.stop()
    assert child.code == -signal.SIGKILL


def test_signal_reaches_a_child_and_what_it_has_started(kept):
    child = kept.start(["/bin/sh", "-c", "sleep 300 & echo $!; wait"], name="parent")
    until(lambda: child.log.read_text(), "its own child is known")
    grandchild = psutil.Process(int(child.log.read_text()))
    child.signal(signal.SIGKILL)
    assert child.wait(60) == -signal.SIGKILL
    until(lambda: not grandchild.is_running(), "what it had started is gone")


def test_signal_to_one_that_has_ended_is_nothing(kept):
    child = kept.start(["true"], name="true")
    child.wait(60)
    child.signal(signal.SIGKILL)
    assert kept.start(["true"], name="true").wait(60) == 0


def test_child_stands_still_with_what_it_has_started(kept):
    child = kept.start(["/bin/sh", "-c", "sleep 300 & echo $!; wait"], name="parent")
    until(lambda: child.printed.endswith("\n"), "its own child is known")
    family = [psutil.Process(child.pid), psutil.Process(int(child.printed))]
    child.signal(signal.SIGSTOP)
    until(lambda: all(p.status() == psutil.STATUS_STOPPED for p in family), "both stand still")


def test_signal_never_reaches_a_process_of_others(kept):
    with subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
    ) as stranger:
        Child(kept, pid=stranger.pid, log=kept.folder / "log").signal(signal.SIGKILL)
        assert kept.start(["true"], name="true").wait(60) == 0  # so the guard has read what came before
        assert stranger.communicate("still here")[0] == "still here"


def test_signal_is_nothing_when_guard_is_gone(kept):
    child = kept.start(["sleep", "300"], name="nap")
    os.kill(kept.guard, signal.SIGKILL)
    until(lambda: not kept.alive, "the keeper knows")
    child.signal(signal.SIGKILL)
    assert child.code is not None


def test_child_is_struck_off_before_its_end_is_told(kept, monkeypatch):
    child = kept.start(["sleep", "300"], name="nap")
    child.announce("nap", "in bed")
    told = []
    monkeypatch.setattr(register, "strike", lambda *_: told.append(child._ended.is_set()))
    child.stop()
    assert told == [False]


def test_exit_code_is_known(kept):
    assert kept.start(["/bin/sh", "-c", "exit 7"], name="seven").wait(60) == 7


def test_missing_command_is_named(kept):
    with pytest.raises(Fault, match="`valkey` could not be started: No such file or directory: /nowhere"):
        kept.start(["/nowhere"], name="valkey")


def test_order_that_cannot_be_obeyed_is_told(kept):
    with pytest.raises(Fault, match=r"`nul` could not be started: .*null byte"):
        kept.start(["true"], name="nul", env={"PARCEL": "a\0b"})
    assert kept.start(["true"], name="true").wait(60) == 0


def test_child_inherits_a_socket(kept):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        code = "import socket, sys; socket.socket(fileno=int(sys.argv[1])).sendall(b'hello')"
        kept.start([sys.executable, "-c", code, "@0"], name="speaker", descriptors=[theirs.fileno()])
        assert ours.recv(5) == b"hello"


def test_environment_and_folder_are_given(kept, tmp_path):
    child = kept.start(["/bin/sh", "-c", 'echo "$PARCEL" in "$(pwd)"'], name="env", env={"PARCEL": "7"}, cwd=tmp_path)
    child.wait(60)
    assert child.log.read_text() == f"7 in {tmp_path}\n"


def test_what_a_child_leaves_in_its_group_is_ended(kept):
    child = kept.start(["/bin/sh", "-c", "sleep 300 & echo $!"], name="leaver")
    child.wait(60)
    left = int(child.log.read_text())
    until(lambda: not _exists(left), "the process that its parent left behind is gone")


def test_only_its_user_may_enter_the_folder(kept):
    assert kept.folder.stat().st_mode & 0o777 == 0o700


def test_keeper_is_made_anew_when_guard_was_killed():
    first = keeper()
    child = first.start(["sleep", "300"], name="nap")
    os.kill(first.guard, signal.SIGKILL)
    assert child.wait(60) is not None
    until(lambda: not first.alive, "the keeper knows")
    second = keeper()
    assert second is not first
    assert second.start(["true"], name="true").wait(60) == 0


def test_files_in_the_course_hide_no_module_from_the_guard(tmp_path, monkeypatch):
    """A learner tries `json` in a file of that name, in the folder of the course."""
    course = tmp_path / "course"
    shutil.copytree(COURSE / "unblocked", course / "unblocked", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("contextlib", "json", "pathlib", "socket", "subprocess", "threading", "types", "typing"):
        (course / f"{name}.py").write_text("raise RuntimeError('this is not the module that was meant')")
    monkeypatch.setattr(sys.modules[Keeper.__module__], "_GUARD", course / "unblocked" / "processes" / "guard.py")
    with contextlib.closing(Keeper()) as guarded_by_that:
        assert guarded_by_that.start(["true"], name="true").wait(FAR) == 0


def test_start_says_when_guard_is_gone(kept):
    os.kill(kept.guard, signal.SIGKILL)
    until(lambda: not kept.alive, "the keeper knows")
    with pytest.raises(Fault, match="Run the cell or command again"):
        kept.start(["true"], name="true")


@pytest.mark.parametrize("answered", [False, True])
def test_interrupted_start_leaves_no_process(kept, monkeypatch, answered):
    wait_for = kept._replied.wait_for

    def interrupted(reply_is_there):
        if answered:
            wait_for(reply_is_there)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(kept._replied, "wait_for", interrupted)
        with pytest.raises(KeyboardInterrupt):
            kept.start(["sleep", "305"], name="unwanted")
    assert kept.start(["/bin/sh", "-c", "exit 3"], name="next").wait(60) == 3
    until(lambda: "sleep 305" not in family_of(kept.guard).values(), "the unwanted one is ended")


def test_abandoned_folder_is_swept(kept):
    abandoned, lock = runtime.make()
    assert abandoned not in runtime.sweep()
    os.close(lock)
    runtime.sweep()
    until(lambda: not abandoned.exists(), "it is removed, by this sweep or another test's")
    assert kept.folder.exists()


def test_folder_whose_maker_was_killed_is_swept_later():
    halfway, lock = runtime.make()
    os.close(lock)
    (halfway / "lock").unlink()
    assert halfway not in runtime.sweep()  # somebody may be making it at this moment
    used = halfway / "log"
    used.touch()
    os.utime(halfway, (0, 0))
    assert halfway not in runtime.sweep()  # it is not empty: somebody has made it
    used.unlink()
    os.utime(halfway, (0, 0))
    runtime.sweep()
    until(lambda: not halfway.exists(), "it is removed, by this sweep or another test's")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
