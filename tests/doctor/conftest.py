"""A small course to look at, and a learner's folder that is nobody's."""

import pytest

from tests.bootstrap.conftest import course

__all__ = ["course"]


@pytest.fixture(autouse=True)
def mine(tmp_path, monkeypatch):
    """A learner's folder, not made yet."""
    folder = tmp_path / "mine"
    monkeypatch.setenv("UNBLOCKED_WORKSPACE", str(folder))
    return folder
