"""A place in memory that belongs to a folder on the disk."""

import os
from pathlib import Path

import pytest

from unblocked.processes import quick


@pytest.fixture
def memory(tmp_path, monkeypatch):
    place = tmp_path / "memory"
    place.mkdir()
    monkeypatch.setattr(quick, "_MEMORY", place)
    monkeypatch.setattr(quick, "_ENOUGH", 1)
    return place


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "unblocked-0-k2m4x8qz"
    place.mkdir()
    return place


def test_place_is_in_memory_and_is_the_same_each_time(memory, folder):
    assert quick.place(folder) == quick.place(folder) == memory / folder.name
    assert (memory / folder.name).stat().st_mode & 0o777 == 0o700


def test_it_goes_with_the_folder(memory, folder):
    (quick.place(folder) / "deep").mkdir()
    quick.remove(folder)
    assert list(memory.iterdir()) == []
    assert not folder.exists()


def test_folder_without_one_is_removed_too(memory, folder):  # noqa: ARG001
    quick.remove(folder)
    assert not folder.exists()


def test_folder_itself_is_used_where_there_is_no_room(memory, folder, monkeypatch):
    monkeypatch.setattr(quick, "_ENOUGH", 1 << 60)
    assert quick.place(folder) == folder
    assert list(memory.iterdir()) == []


def test_folder_itself_is_used_where_there_is_no_such_memory(folder, monkeypatch):
    monkeypatch.setattr(quick, "_MEMORY", Path("/nowhere"))
    assert quick.place(folder) == folder


def test_place_of_somebody_else_is_not_used(memory, folder, monkeypatch):
    (memory / folder.name).mkdir(mode=0o700)
    monkeypatch.setattr(quick.os, "getuid", lambda: os.geteuid() + 1)
    assert quick.place(folder) == folder


def test_place_that_others_can_enter_is_not_used(memory, folder):
    (memory / folder.name).mkdir()
    (memory / folder.name).chmod(0o755)
    assert quick.place(folder) == folder


def test_link_in_its_place_is_not_followed(memory, folder, tmp_path):
    (memory / folder.name).symlink_to(tmp_path)
    assert quick.place(folder) == folder
