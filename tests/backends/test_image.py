"""A folder as one file."""

import os
import stat

import pytest

from unblocked.backends import image


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "folder"
    (place / "empty").mkdir(parents=True)
    (place / "base" / "1").mkdir(parents=True)
    (place / "base" / "1" / "1259").write_bytes(bytes(range(256)) * 400)
    (place / "base" / "PG_VERSION").write_text("18\n")
    (place / "größe").write_text("€")
    (place / "nothing").touch()
    return place


def contents(place):
    return {str(each.relative_to(place)): each.read_bytes() if each.is_file() else None for each in place.rglob("*")}


def test_what_is_laid_out_is_what_was_written_down(folder, tmp_path):
    image.write(folder, tmp_path / "image")
    image.lay_out(tmp_path / "image", tmp_path / "copy")
    assert contents(tmp_path / "copy") == contents(folder)
    assert len(contents(folder)) == 7


def test_only_its_user_can_enter_it(folder, tmp_path):
    image.write(folder, tmp_path / "image")
    before = os.umask(0)
    try:
        image.lay_out(tmp_path / "image", tmp_path / "copy")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "copy", *(tmp_path / "copy").rglob("*"))]
    assert {mode & 0o077 for mode in modes} == {0}


def test_folder_that_is_there_is_not_touched(folder, tmp_path):
    image.write(folder, tmp_path / "image")
    with pytest.raises(FileExistsError):
        image.lay_out(tmp_path / "image", folder)
    assert len(contents(folder)) == 7


def test_system_that_takes_little_at_once_gets_all_of_it(folder, tmp_path, monkeypatch):
    image.write(folder, tmp_path / "image")
    write = os.write
    monkeypatch.setattr(image.os, "write", lambda file, data: write(file, data[:1000]))
    image.lay_out(tmp_path / "image", tmp_path / "copy")
    assert contents(tmp_path / "copy") == contents(folder)
