"""What runs that were killed leave behind."""

import os
import subprocess
import sys
import tempfile

import pytest

from unblocked.doctor import leftovers
from unblocked.processes import runtime


def test_folder_of_a_killed_owner_is_removed_and_told(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where no other test sweeps
    left, lock = runtime.make()
    os.close(lock)
    found = leftovers.findings()
    assert f"`{left}` of a run that was killed: removed" in [each.said for each in found]
    assert not left.exists()


def test_old_drafts_are_removed_and_young_ones_stay(mine):
    old, young = mine / "notebooks" / ".02_routes.ipynb.0a1b.tmp", mine / ".journal.0a1b.tmp"
    old.parent.mkdir(parents=True)
    for draft in (old, young):
        draft.touch()
    os.utime(old, (1, 1))
    assert f"`{old}` of a run that was killed: removed" in [found.said for found in leftovers.findings()]
    assert (old.exists(), young.exists()) == (False, True)


def test_folder_of_a_learner_who_has_not_begun_is_not_made(mine):
    assert list(leftovers.findings())
    assert not mine.exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux shows for whom a process was started")
def test_process_without_its_owner_is_told(tmp_path):
    gone = tmp_path / "unblocked-0-gone1234"
    command = [sys.executable, "-c", "print(flush=True); input()"]
    for setting, told in (({"TMPDIR": f"{gone}/tmp"}, True), ({"TMPDIR": str(tmp_path)}, False)):
        with subprocess.Popen(command, env=setting, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdout.readline()  # it is a process of its own
            found = {each.mend: each.said for each in leftovers.findings()}
            process.kill()
        assert (f"Run `kill -9 {process.pid}`." in found) is told
