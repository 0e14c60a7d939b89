"""Temporary files that go with whoever made them."""

import tempfile
from pathlib import Path

from unblocked.processes import runtime


def test_temporary_files_have_a_place_below():
    with tempfile.TemporaryDirectory() as folder:
        told = runtime.temporary(Path(folder))
        assert told == {"TMPDIR": f"{folder}/tmp"} == runtime.temporary(Path(folder))
        assert Path(told["TMPDIR"]).is_dir()


def test_socket_s_name_has_room(tmp_path):
    deep = tmp_path / ("x" * 70)
    deep.mkdir()
    assert runtime.temporary(deep) == {}
    assert list(deep.iterdir()) == []
