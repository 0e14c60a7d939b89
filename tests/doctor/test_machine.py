"""What the doctor sees of a machine, and of one that lacks something."""

import os
import platform
import resource
import shutil
import socket
import tempfile
import webbrowser
from pathlib import Path

import pytest

from tests.conftest import COURSE
from unblocked.doctor import machine
from unblocked.doctor.finding import Finding, State

LITTLE = 12_000_000


def is_fault(finding, *, said, mend):
    assert finding.state is State.FAULT
    assert said in finding.said
    assert mend in finding.mend
    return True


def test_this_machine_has_nothing_to_mend():
    assert [each for each in machine.findings(COURSE) if each.state is State.FAULT] == []


def test_newer_python_is_worth_a_note(monkeypatch):
    assert machine.python().state is State.FINE
    monkeypatch.setattr(machine, "HIGHEST", (3, 10))
    found = machine.python()
    assert found.state is State.NOTE
    assert found.said.endswith("newer than the list of packages, which is made for Python 3.11 to 3.10")


@pytest.mark.parametrize(
    ("release", "state"), [("4.4.0-19041-Microsoft", "fault"), ("5.15-microsoft-standard-WSL2", "fine")]
)
def test_first_wsl_is_told_from_the_second(monkeypatch, release, state):
    monkeypatch.setattr(platform, "release", lambda: release)
    assert machine.system().state == state


@pytest.fixture
def has_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "_MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "_CONTAINER", tmp_path)

    def has(*, free, allowed=None, used=0):
        (tmp_path / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {free // 1024} kB\n")
        if allowed is not None:
            (tmp_path / "memory.max").write_text(f"{allowed}\n")
            (tmp_path / "memory.current").write_text(f"{used}\n")

    return has


def test_memory_that_is_free_is_what_counts(has_memory):
    has_memory(free=2_048_000_000)
    assert machine.memory() == Finding("Memory", "2.0 GB free")
    has_memory(free=512_000_000)
    assert is_fault(machine.memory(), said="512 MB free", mend="`free -m`")


def test_container_has_what_it_may_use(has_memory):
    has_memory(free=2_048_000_000, allowed=1_000_000_000, used=900_000_000)
    assert is_fault(machine.memory(), said="100 MB free", mend="Close other programs until 700 MB are free")
    has_memory(free=2_048_000_000, allowed="max")
    assert machine.memory().said == "2.0 GB free"


def test_system_that_shows_no_memory_is_no_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "_MEMORY", tmp_path / "none")
    assert machine.memory().state is State.NOTE


def test_disk_that_is_nearly_full_is_a_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12 - LITTLE, LITTLE))
    assert is_fault(machine.room(tmp_path), said=f"12 MB free for `{tmp_path}`", mend=f"`df -h '{tmp_path}'`")


def test_few_open_files_are_a_fault(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, resource.RLIM_INFINITY))
    assert is_fault(
        machine.files(), said="64 files and connections a process, at most any number", mend="`ulimit -n 1024`"
    )
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert machine.files().state is State.FINE


def test_computer_on_which_nothing_may_listen_is_a_fault(monkeypatch):
    def refuses(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "create_server", refuses)
    assert is_fault(machine.ports(), said="Operation not permitted", mend="firewall")


def test_long_path_has_no_room_for_sockets(monkeypatch, tmp_path):
    place = tmp_path / ("long" * 20)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert is_fault(machine.sockets(), said="too long", mend="`TMPDIR=/tmp python3 -m unblocked start`")


def test_temporary_folder_that_is_none_has_no_sockets(monkeypatch, tmp_path):
    (tmp_path / "f").touch()
    monkeypatch.setattr(machine.runtime, "LONGEST_SOCKET", 1000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "f"))
    assert is_fault(machine.sockets(), said="(Not a directory)", mend="TMPDIR=/tmp")


def test_folder_that_others_can_enter_is_a_fault(monkeypatch):
    real = tempfile.mkdtemp

    def opened(*args, **options):
        made = Path(real(*args, **options))
        made.chmod(0o755)
        return str(made)

    monkeypatch.setattr(tempfile, "mkdtemp", opened)
    assert is_fault(machine.sockets(), said="other users can look into folders", mend="TMPDIR=/tmp")


@pytest.mark.skipif(not machine._SHARED.exists(), reason="this system has no folder of shared memory")
def test_shared_memory_has_to_be_there_and_have_room(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(LITTLE, 0, LITTLE))
    assert is_fault(machine.shared_memory(), said="12 MB free", mend="--shm-size=256m")
    monkeypatch.setattr(machine, "_SHARED", tmp_path / "none")
    assert is_fault(machine.shared_memory(), said="cannot be used (No such file or directory)", mend="--shm-size=256m")


def test_clock_before_the_course_is_a_fault(tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.touch()
    assert machine.clock(tmp_path).state is State.FINE
    os.utime(lock, (4_102_444_800, 4_102_444_800))
    assert is_fault(machine.clock(tmp_path), said="this course is of 2100-01-01", mend="Set the clock")


def test_browser_for_text_is_none(monkeypatch):
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("/usr/bin/lynx"))
    assert machine.browser().state is State.NOTE
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("firefox"))
    assert machine.browser() == Finding("Browser", "firefox")
