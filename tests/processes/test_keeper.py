"""Starting, watching and ending processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.family import family_of
from tests.waiting import until
from unblocked.faults import Fault
from unblocked.processes import Child, Keeper, keeper, logs, register, runtime


@pytest.fixture
def kept():
    made = Keeper()
    yield made
    made.close()


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


def test_announced_child_is_on_the_register_while_it_runs(kept):
    child = kept.start(["sleep", "300"], name="nap")
    noted = child.announce("nap", "in bed")
    assert noted in register.every()
    assert (noted.pid, noted.owner, noted.where) == (child.pid, os.getpid(), "in bed")
    until(lambda: noted.memory > 100_000, "it is a process of its own")
    child.stop()
    assert noted not in register.every()
    assert noted.memory is None


def test_child_that_ended_before_it_was_announced_is_not_on_the_register(kept):
    child = kept.start(["true"], name="true")
    child.wait(60)
    assert child.announce("true", "nowhere") not in register.every()


def test_one_that_ends_while_the_register_is_read_is_not_on_it(kept, monkeypatch):
    noted = kept.start(["sleep", "300"], name="nap").announce("nap", "in bed")
    read = Path.read_text

    def vanish(path):
        if path == kept.folder / f"{noted.pid}.kept":
            path.unlink()
        return read(path)

    monkeypatch.setattr(Path, "read_text", vanish)
    assert noted not in register.every()


def test_what_an_owner_left_behind_is_not_on_the_register():
    folder, lock = runtime.make()
    left = register.note(folder, "left", "behind", pid=os.getpid(), owner=1)
    assert left in register.every()
    os.close(lock)
    assert left not in register.every()


def test_folder_that_vanishes_meanwhile_is_not_held(monkeypatch):
    folder, lock = runtime.make()
    assert folder in runtime.held()
    removed = runtime._removed

    def vanish(each):
        if each == folder:
            shutil.rmtree(folder)
        return removed(each)

    monkeypatch.setattr(runtime, "_removed", vanish)
    assert folder not in runtime.held()
    os.close(lock)


def test_folder_of_another_user_is_not_read(kept, monkeypatch):
    child = kept.start(["sleep", "300"], name="nap")
    noted = child.announce("nap", "in bed")
    monkeypatch.setattr(runtime.os, "getuid", lambda: 4711)
    assert noted not in register.every()


def test_exit_code_is_known(kept):
    assert kept.start(["/bin/sh", "-c", "exit 7"], name="seven").wait(60) == 7


def test_output_is_in_a_log_of_its_own(kept):
    first = kept.start(["echo", "one"], name="echo")
    second = kept.start(["echo", "two"], name="echo")
    assert (first.wait(60), second.wait(60)) == (0, 0)
    assert (first.log.read_text(), second.log.read_text()) == ("one\n", "two\n")


def test_log_of_a_process_that_prints_without_end_is_cut(kept):
    floods = f"""
import os, time
os.write(1, b"flood\\n" * {logs.MOST // 5})
while os.fstat(1).st_size > {logs.MOST}:
    pass
os.write(1, b"over\\n")
time.sleep(300)
"""
    child = kept.start([sys.executable, "-c", floods], name="flood")
    until(lambda: child.printed.endswith("over\n"), "it is cut")
    assert child.printed.startswith(logs.NOTE)
    assert set(child.printed.removeprefix(logs.NOTE).split()) == {"flood", "over"}


def test_cut_log_keeps_its_end_from_the_beginning_of_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "MOST", 100)
    monkeypatch.setattr(logs, "KEPT", 20)
    log = tmp_path / "log"
    log.write_text("first\n" * 16)
    logs.shorten(log)
    assert log.read_text() == "first\n" * 16
    with log.open("a") as writer:
        writer.write("second line\nthird\n")
        writer.flush()
        logs.shorten(log)
        writer.write("fourth\n")
    assert log.read_text() == logs.NOTE + "second line\nthird\nfourth\n"
    logs.shorten(tmp_path / "none")


def test_what_was_printed_can_be_read_whatever_it_is(kept):
    child = kept.start(["/bin/sh", "-c", r"printf 'price \342\202\254\377'"], name="bytes")
    child.wait(60)
    assert child.printed == "price €\N{REPLACEMENT CHARACTER}"
    kept.close()
    assert child.printed == ""


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
