"""What an answer leaves on the disk is found, and nothing else."""

import os
import tempfile
import time

import pytest

from unblocked.grading import disk
from unblocked.grading.disk import files_with


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Give the folder where an answer runs, and that of temporary files."""
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(disk, "_COMMON", str(tmp_path / "common"))
    return here, temporary


def written(path, text="parcel 123456 goes to Zoë"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_file_that_does_not_ask_where_it_belongs_is_found(places):
    path = written(places[0].parent / "common" / "parcel" / "upload")
    assert files_with(["123456"], since=0.0, largest=100) == [path]


def found(*words, since=0.0, largest=100):
    return files_with(words, since=since, largest=largest)


def test_files_are_found_here_and_among_temporary_ones(places):
    here, temporary = places
    files = [
        written(here / "a.txt"),
        written(here / "deep/er/b"),
        written(temporary / "c"),
        written(temporary / "d/e/f"),
    ]
    written(here / "other.txt", "parcel 654321")
    assert sorted(found("123456")) == sorted(files)
    assert sorted(found("nobody", "Zoë")) == sorted(files)
    assert found("nobody") == found() == []


def test_file_is_found_once_where_the_answer_runs_among_temporary_ones(places, monkeypatch):
    _, temporary = places
    file = written(temporary / "here/a.txt")
    monkeypatch.chdir(temporary / "here")
    assert found("123456") == [file]


def test_what_is_no_file_is_not_read(places, monkeypatch):
    pipe = places[0] / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setattr(type(pipe), "read_bytes", lambda path: pytest.fail(f"read {path}"))
    assert found("123456") == []


def test_what_may_not_be_looked_at_is_nothing(places, monkeypatch):
    here, _ = places
    file, refused = written(here / "a"), written(here / "b")
    lstat = type(here).lstat

    def refuse(path):
        if path == refused:
            raise PermissionError
        return lstat(path)

    monkeypatch.setattr(type(here), "lstat", refuse)
    assert found("123456") == [file]


def test_folder_of_temporary_files_may_be_closed_to_us(places, monkeypatch):
    here, temporary = places
    file = written(here / "a")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "nowhere"))
    assert found("123456") == [file]


def test_what_was_there_before_does_not_count(places):
    here, temporary = places
    now = time.time()
    for old in (written(here / "old"), written(temporary / "old")):
        os.utime(old, (now - 100, now - 100))
    assert found("123456", since=now - 50) == []
    assert sorted(found("123456", since=now - 150)) == sorted([here / "old", temporary / "old"])


def test_old_folder_of_temporary_files_is_not_looked_into(places):
    _, temporary = places
    now = time.time()
    written(temporary / "folder/new")
    os.utime(temporary / "folder", (now - 100, now - 100))
    assert found("123456", since=now - 50) == []


def test_large_files_are_not_read(places):
    file = written(places[0] / "large")
    size = file.stat().st_size
    assert found("123456", largest=size) == [file]
    assert found("123456", largest=size - 1) == []


def test_links_are_not_followed(places):
    here, _ = places
    outside = written(here.parent / "outside/file")
    (here / "link").symlink_to(outside)
    (here / "folder").symlink_to(outside.parent)
    (here / "nowhere").symlink_to(here / "gone")
    assert found("123456") == []


def test_only_so_many_are_looked_at_those_above_first(places, monkeypatch):
    here, temporary = places
    monkeypatch.setattr(disk, "MOST_FILES", 2)
    above = [written(here / "a"), written(here / "b")]
    written(here / "deep/c")
    other = written(temporary / "d")
    assert sorted(found("123456")) == sorted([*above, other])


def test_what_is_gone_meanwhile_is_nothing(places, monkeypatch):
    here, _ = places
    file = written(here / "a")
    read = type(file).read_bytes

    def vanish(path):
        path.unlink()
        return read(path)

    monkeypatch.setattr(type(file), "read_bytes", vanish)
    assert found("123456") == []
    monkeypatch.undo()
