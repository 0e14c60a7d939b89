"""What the operating system says of processes."""

import os
import signal
import subprocess

import pytest

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
