"""Two installations at once wait for each other."""

import errno
import fcntl
import os
import subprocess
import sys
import threading

import pytest

from tests.waiting import until
from unblocked.bootstrap.turn import turn


def test_the_second_waits_for_the_first(tmp_path, capsys):
    order = []

    def second():
        with turn(tmp_path):
            order.append("second")

    with turn(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        until(lambda: "waiting for it" in capsys.readouterr().err, "the second says that it waits")
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_an_installer_that_outlives_us_keeps_the_turn(tmp_path):
    with turn(tmp_path) as held:
        left = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(held,))
    with pytest.raises(BlockingIOError):
        take_at_once(tmp_path)
    left.communicate(b"\n")
    take_at_once(tmp_path)


def take_at_once(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)


def test_a_file_system_without_locks_goes_without(tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", failing(errno.ENOTSUP))
    with turn(tmp_path) as held:
        assert held >= 0


def test_other_errors_are_not_swallowed(tmp_path, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"), turn(tmp_path):
        pass


def failing(number):
    def flock(*_):
        raise OSError(number, os.strerror(number))

    return flock
