"""So many gradings run at once, and no more, whoever asks for them."""

import fcntl
import subprocess
import sys
import tempfile
import threading

import pytest

from tests.waiting import FAR
from unblocked.grading import turns
from unblocked.processes import runtime


@pytest.fixture(autouse=True)
def place_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_turns_are_waited_for_when_all_are_taken(monkeypatch):
    told, waits, lock = [], threading.Event(), fcntl.flock

    def watched(place, how):
        if not how & fcntl.LOCK_NB and "turns" in getattr(place, "name", ""):
            waits.set()
        lock(place, how)

    def second():
        with turns.turn(at_once=1):
            told.append("second")

    waiting = threading.Thread(target=second)
    with turns.turn(at_once=1):
        monkeypatch.setattr(fcntl, "flock", watched)
        waiting.start()
        assert waits.wait(FAR)
        told.append("first")
    waiting.join()
    assert told == ["first", "second"]


def test_several_turns_are_had_at_once():
    with turns.turn(at_once=2), turns.turn(at_once=2):
        assert True  # neither waited


def test_turn_of_a_killed_process_is_free(place_of_its_own):
    code = "import sys; from unblocked.grading import turns\nwith turns.turn(1): print('mine', flush=True); input()"
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={"TMPDIR": str(place_of_its_own)},
    )  # fmt: skip
    with owner:
        assert owner.stdout.readline() == "mine\n"
        owner.kill()
        with turns.turn(at_once=1):
            owner.wait()
    assert not list(place_of_its_own.iterdir())


def test_nothing_is_left_behind(place_of_its_own):
    with turns.turn():
        assert list(place_of_its_own.iterdir())
    assert not list(place_of_its_own.iterdir())


def test_somebody_else_s_folder_is_done_without(monkeypatch):
    def not_ours(folder):
        raise PermissionError(folder)

    monkeypatch.setattr(runtime, "_joined", not_ours)
    with turns.turn(at_once=1), turns.turn(at_once=1):
        assert True  # neither waited
