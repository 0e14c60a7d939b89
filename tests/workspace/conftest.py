"""Every test has a workspace of its own, and nothing that waits from the test before."""

import errno
import os

import pytest

from unblocked.workspace import predictions


@pytest.fixture(autouse=True)
def mine(tmp_path, monkeypatch):
    """A learner's folder, not made yet."""
    folder = tmp_path / "mine"
    monkeypatch.setenv("UNBLOCKED_WORKSPACE", str(folder))
    predictions.take_pending()
    return folder


@pytest.fixture
def full_disk(monkeypatch):
    """Make the disk full after so many bytes, as a disk is: a part is still taken."""
    write = os.write

    def fill(after=0):
        room = [after]

        def written(file, data):
            if not room[0]:
                raise OSError(errno.ENOSPC, "No space left on device")
            taken = write(file, data[: room[0]])
            room[0] -= taken
            return taken

        monkeypatch.setattr(os, "write", written)

    return fill
