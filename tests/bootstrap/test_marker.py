"""The note in `.venv`."""

import pytest

from unblocked.bootstrap.marker import NAME, Marker

MARKER = Marker(ours=True, folder="/home/ada/course", python="3.12", locks={"requirements.txt": "abc"})


def test_what_is_written_is_read(tmp_path):
    MARKER.write(tmp_path)
    assert Marker.read(tmp_path) == MARKER
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("text", ["", "half a {", "[]", '{"ours": true}', '{"other": 1}', "\ud800"])
def test_a_spoilt_note_counts_as_none(tmp_path, text):
    (tmp_path / NAME).write_bytes(text.encode(errors="surrogatepass"))
    assert Marker.read(tmp_path) is None


def test_no_note_is_none(tmp_path):
    assert Marker.read(tmp_path / "missing") is None
