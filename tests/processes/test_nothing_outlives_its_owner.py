"""However an owner dies: no process and no folder is left."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.waiting import until
from unblocked.processes import runtime
from unblocked.processes.starting import method

OWNER = Path(__file__).with_name("owner.py")


class Stack:
    """An owner and all that it started."""

    def __init__(self, *words: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.owner", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        said = json.loads(self.popen.stdout.readline())
        self.folder, self.quick = Path(said["folder"]), Path(said["quick"])
        self.warden = psutil.Process(said["warden"])
        most = 7 if method() == "fork" else 5  # the supervisor, three sleeps, a shell; a warm process and its copy
        until(lambda: len(self.warden.children(recursive=True)) >= most, "all processes of the stack run")
        self.supervisor = self.warden.children()[0]
        self.processes = [self.warden, *self.warden.children(recursive=True)]

    def is_gone(self) -> bool:
        return all(map(has_ended, self.processes))

    def close(self) -> None:
        self.popen.kill()
        with self.popen:
            pass  # waits, and closes its pipes


def has_ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # just now
        return True


@pytest.fixture
def stack() -> Iterator[Callable[..., Stack]]:
    made: list[Stack] = []

    def make(*words: str) -> Stack:
        made.append(Stack(*words))
        return made[-1]

    yield make
    for one in made:
        one.close()


def kill_owner(stack: Stack) -> None:
    stack.popen.kill()


def kill_warden(stack: Stack) -> None:
    stack.warden.kill()


def kill_supervisor(stack: Stack) -> None:
    stack.supervisor.kill()


def kill_owner_and_supervisor(stack: Stack) -> None:
    stack.popen.kill()
    stack.supervisor.kill()


def kill_owner_and_warden(stack: Stack) -> None:
    stack.popen.kill()
    stack.warden.kill()


def terminate_owner(stack: Stack) -> None:
    stack.popen.terminate()


def interrupt_owner(stack: Stack) -> None:
    os.killpg(stack.popen.pid, signal.SIGINT)


def close_owner(stack: Stack) -> None:
    stack.popen.stdin.close()


ENDS = [kill_owner, kill_warden, kill_supervisor, kill_owner_and_supervisor, kill_owner_and_warden, terminate_owner,
        interrupt_owner, close_owner]  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_left_after(end, stack):
    one = stack()
    end(one)
    until(one.is_gone, "every process is gone")
    until(lambda: not one.folder.exists(), "the runtime folder is gone")
    assert not one.quick.exists()


@pytest.mark.parametrize("how", ["exit", "crash"])
def test_nothing_is_left_when_owner_ends(how):
    owner = subprocess.run([sys.executable, "-m", "tests.processes.owner", how], capture_output=True, check=False)
    said = json.loads(owner.stdout)
    until(lambda: not any(psutil.pid_exists(pid) for pid in [said["warden"], *said["pids"]]), "all are gone")
    assert not Path(said["folder"]).exists()
    assert not Path(said["quick"]).exists()


def test_forked_copy_does_not_keep_it_alive(stack):
    one = stack("fork")
    copy = next(p for p in psutil.Process(one.popen.pid).children() if p.pid != one.warden.pid)
    one.popen.kill()
    until(one.is_gone, "every process is gone although a copy of the owner holds the socket")
    copy.kill()
    assert not one.folder.exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a process with its parent")
def test_kept_processes_end_when_all_above_them_are_killed(stack):
    one = stack()
    kept = one.supervisor.children()
    one.warden.suspend()  # it must not clear what the others leave
    one.supervisor.kill()
    one.popen.kill()
    one.warden.kill()
    until(lambda: all(has_ended(p) for p in kept), "each has ended with its parent")
    for left in psutil.wait_procs(one.processes, timeout=0)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ends just now
            left.kill()  # what the kept ones had started
    runtime.sweep()
    until(lambda: not one.folder.exists(), "it is removed, by this sweep or another test's")
    assert not one.quick.exists()


def test_interrupt_of_owner_spares_kept_processes(stack):
    one = stack()
    groups = {os.getpgid(p.pid) for p in one.processes}
    assert os.getpgid(one.popen.pid) not in groups
