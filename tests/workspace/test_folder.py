"""The course's folder, the learner's folder, and writing there."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from unblocked.faults import Fault
from unblocked.workspace import folder


def test_course_has_the_lessons():
    assert (folder.course() / "lessons").is_dir()
    assert (folder.course() / "unblocked" / "workspace" / "folder.py").is_file()


def test_workspace_is_made_on_demand(mine):
    assert not mine.exists()
    assert folder.workspace() == mine
    assert mine.is_dir()


def test_workspace_is_in_the_course(monkeypatch, tmp_path):
    monkeypatch.delenv("UNBLOCKED_WORKSPACE")
    monkeypatch.setattr(folder, "course", lambda: tmp_path)
    assert folder.workspace() == tmp_path / "workspace"


def test_relative_workspace_counts_from_the_course(monkeypatch, tmp_path):
    monkeypatch.setattr(folder, "course", lambda: tmp_path)
    monkeypatch.setenv("UNBLOCKED_WORKSPACE", "elsewhere/mine")
    assert folder.workspace() == tmp_path / "elsewhere" / "mine"


def test_file_in_the_way_is_named(mine):
    mine.write_text("a file")
    with pytest.raises(Fault, match=r"There is a file where a folder is needed.*nothing is lost\. Move that file away"):
        folder.workspace()
    assert mine.read_text() == "a file"


def test_text_is_written_as_it_is(mine):
    folder.write_atomically(mine / "deep" / "answer.py", "été\r\n\n")
    assert (mine / "deep" / "answer.py").read_bytes() == "été\r\n\n".encode()


def test_nothing_else_stays_in_the_folder(mine):
    folder.write_atomically(mine / "answer.py", "one")
    folder.write_atomically(mine / "answer.py", "two")
    assert [each.name for each in mine.iterdir()] == ["answer.py"]
    assert (mine / "answer.py").read_text() == "two"


def test_permissions_stay(mine):
    folder.write_atomically(mine / "run", "one")
    (mine / "run").chmod(0o750)
    folder.write_atomically(mine / "run", "two")
    assert (mine / "run").stat().st_mode & 0o777 == 0o750


def test_new_file_has_usual_permissions(mine):
    folder.write_atomically(mine / "answer.py", "one")
    (mine / "usual").touch()
    assert (mine / "answer.py").stat().st_mode == (mine / "usual").stat().st_mode


def test_link_stays_a_link(mine, tmp_path):
    mine.mkdir()
    (tmp_path / "real.py").write_text("old")
    (mine / "answer.py").symlink_to(tmp_path / "real.py")
    folder.write_atomically(mine / "answer.py", "new")
    assert (mine / "answer.py").is_symlink()
    assert (tmp_path / "real.py").read_text() == "new"


@pytest.mark.parametrize("room", [0, 3])
def test_full_disk_leaves_the_old_file(mine, full_disk, room):
    folder.write_atomically(mine / "answer.py", "old")
    full_disk(after=room)
    with pytest.raises(Fault) as caught:
        folder.write_atomically(mine / "answer.py", "new and longer")
    assert caught.value.message == (
        "The disk is full: `answer.py` was not written, and what was there before is unchanged, so nothing is lost. "
        "Free some space and do it again."
    )
    assert (mine / "answer.py").read_text() == "old"
    assert [each.name for each in mine.iterdir()] == ["answer.py"]


@pytest.fixture
def refused(monkeypatch):
    """Give a function that has no file put in place any more, with an error's number."""

    def refused(number):
        def refuse(*_):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "replace", refuse)  # not `chmod`: who runs as root may write anywhere

    return refused


def test_read_only_folder_leaves_the_old_file(mine, refused):
    folder.write_atomically(mine / "answer.py", "old")
    refused(errno.EACCES)
    with pytest.raises(Fault) as caught:
        folder.write_atomically(mine / "answer.py", "new")
    assert f"`{mine}` cannot be written to" in caught.value.message
    assert f"nothing is lost. Make it writable (`chmod u+w '{mine}'`)" in caught.value.message
    assert "or set `UNBLOCKED_WORKSPACE` to a folder that is." in caught.value.message
    assert (mine / "answer.py").read_text() == "old"


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_folder_that_we_cannot_open_needs_another(mine, refused, monkeypatch, number):
    mine.mkdir()
    refused(number)
    if number == errno.EACCES:
        monkeypatch.setattr(os, "geteuid", lambda: mine.stat().st_uid + 1)
    with pytest.raises(Fault) as caught:
        folder.write_atomically(mine / "answer.py", "new")
    assert "chmod" not in caught.value.message
    assert "Set `UNBLOCKED_WORKSPACE` to a folder of your own: `export UNBLOCKED_WORKSPACE=~/" in caught.value.message


def test_folder_that_refuses_is_named_and_not_one_that_is_missing(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(Fault, match=f"`{tmp_path}` cannot be written to: `answers` was not written"):
        folder.make_folder(tmp_path / "workspace" / "answers")


def test_other_error_says_what_the_system_said(mine):
    (mine / "answer.py").mkdir(parents=True)
    with pytest.raises(Fault, match=r"answer\.py` cannot be written \(Is a directory\).*nothing is lost"):
        folder.write_atomically(mine / "answer.py", "new")


WRITER = """
import sys
from pathlib import Path
from unblocked.workspace.folder import write_atomically
for _ in range(50):
    write_atomically(Path(sys.argv[1]), sys.argv[2] * 200_000)
"""


def test_reader_sees_one_text_or_the_other(mine):
    path = mine / "shared"
    folder.write_atomically(path, "a" * 200_000)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, letter]) for letter in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(_whole(path))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen <= {"a", "b"}


def _whole(path: Path):
    """The one letter of the file, or what else is in it."""
    text = path.read_text()
    return text[:1] if text == text[:1] * 200_000 else f"{len(text)} characters"
