"""What is said of the processes that run, for whoever asks."""

import os
import shutil
from pathlib import Path

from tests.waiting import until
from unblocked.processes import register, runtime


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

    def vanish(path, **options):
        if path == kept.folder / f"{noted.pid}.kept":
            path.unlink()
        return read(path, **options)

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
