"""What the operating system says of processes."""

import os
import signal
import subprocess
import threading

import psutil
import pytest

from tests.waiting import FAR, until
from unblocked.processes import kernel

MANY = 1000
"""More children than the system lists in one reading."""


@pytest.mark.skipif(kernel.are_asleep(os.getpid()) is None, reason="this system does not list a process's children")
def test_no_child_is_overlooked():
    command = f"n=0; while [ $n -lt {MANY} ]; do sleep 300 & n=$((n + 1)); done; (while :; do :; done) & echo; wait"
    shell = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, start_new_session=True)
    try:
        shell.stdout.readline()
        assert [kernel.are_asleep(shell.pid) for _ in range(20)] == [False] * 20  # the last one works
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.communicate()


@pytest.mark.skipif(kernel.are_asleep(os.getpid()) is None, reason="this system does not tell a process's state")
def test_stop_is_waited_for_and_an_end_too():
    works = subprocess.Popen(["sh", "-c", "while :; do :; done"])
    try:
        waits = threading.Thread(target=kernel.await_stop, args=[works.pid], daemon=True)
        waits.start()
        until(lambda: kernel.processor_time(works.pid) > 0, "it works")
        assert waits.is_alive()
        works.send_signal(signal.SIGSTOP)
        waits.join(FAR)
        assert psutil.Process(works.pid).status() == psutil.STATUS_STOPPED
        works.kill()
        kernel.await_stop(works.pid)  # it has ended, and nobody has collected it
    finally:
        works.kill()
        works.wait()
    kernel.await_stop(works.pid)  # there is none any more
