"""Servers of these tests: one lab for all that only look, and a place for apps that a test writes itself."""

import textwrap

import pytest

from unblocked import serve
from unblocked.outside import Outside


@pytest.fixture(scope="package")
def carriers():
    with Outside(latency=0) as outside:
        yield outside


@pytest.fixture(scope="package")
def parcel(carriers):
    with serve("labs.start_here.app", carriers=carriers) as served:
        yield served


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file of the learner's, in the folder that the test runs in."""
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
        return path

    return write
