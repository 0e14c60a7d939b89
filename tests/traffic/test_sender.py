"""The process that sends: kept warm, ended by an interrupt, started anew, never left behind."""

import os
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from tests.waiting import until
from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.traffic import courier, load
from unblocked.traffic.plan import Plan


def sender() -> int:
    assert courier._current is not None
    return courier._current.child.pid


def test_it_is_a_process_of_its_own_and_stays_warm(office):
    load(office.url, n=1)
    first = sender()
    load(office.url, n=1)
    assert sender() == first != os.getpid()


def test_interrupt_stops_the_sending_at_once(office):
    load(office.url, n=1)
    warm = courier._current

    def interrupt() -> None:
        until(lambda: office.held >= 3, "requests are under way")
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    office.hold()
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        load(office.url, ["/held"] * 3 + ["/fine"], rate=100, n=10_000)
    thread.join()
    assert warm.child.code is not None, "its process has ended when the interrupt is passed on"
    until(lambda: office.held == 0, "its connections are closed")
    assert len(office.seen) < 10_000
    assert load(office.url, n=2).answered == 2


def test_killed_while_idle_is_started_anew(office):
    load(office.url, n=1)
    os.kill(sender(), signal.SIGKILL)
    assert load(office.url, n=2).answered == 2


def test_killed_at_work_is_said_and_started_anew(office, in_background):
    coming = in_background(office.url, "/held", n=3)
    until(lambda: office.held == 3, "requests are under way")
    os.kill(sender(), signal.SIGKILL)
    with pytest.raises(Fault, match=r"The process that sends the load has ended. Run the cell or command again\."):
        coming.result()
    assert load(office.url, n=2).answered == 2


def test_last_words_of_a_crash_are_shown(office, monkeypatch):
    monkeypatch.setattr(Plan, "packed", lambda _: b'{"weight": 2}\n')
    with pytest.raises(Fault, match=r"The process that sends the load has ended \(KeyError: 'paths'\)\. Run the cell"):
        load(office.url, n=1)
    monkeypatch.undo()
    assert load(office.url, n=1).answered == 1


def test_other_keeper_gets_another_sender(office):
    load(office.url, n=1)
    first = sender()
    guard = keeper().guard
    os.kill(guard, signal.SIGKILL)
    until(lambda: keeper().guard != guard, "the keeper is a new one")
    assert load(office.url, n=1).answered == 1
    assert sender() != first
    until(lambda: not psutil.pid_exists(first), "the first one is gone with its keeper")


def test_callers_in_several_threads_get_their_own(office, in_background):
    coming = {n: in_background(office.url, f"/{n}", n=n) for n in range(1, 13)}
    for n, result in coming.items():
        assert [request.path for request in result.result().requests] == [f"/{n}"] * n


def test_files_of_a_learner_do_not_disturb_it(office, tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise RuntimeError('not the json that was meant')")
    monkeypatch.chdir(tmp_path)
    courier._discard()
    assert load(office.url, n=1).answered == 1


def test_nothing_is_left_behind(office):
    code = (
        "import sys; from unblocked.traffic import courier, load; load(sys.argv[1], n=1);"
        "print(courier._current.child.pid, courier._current.kept.folder)"
    )
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code, office.url]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    pid, folder = ended.stdout.split()
    until(lambda: not psutil.pid_exists(int(pid)), "the sender is gone")
    until(lambda: not os.path.exists(folder), "its folder is gone")  # noqa: PTH110
    assert ended.stderr == ""
