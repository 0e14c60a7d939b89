"""What the tests of one lab start from. Each file, or folder, has a `lab` of its own: `served` gives it."""

import pytest


@pytest.fixture
def parcel(lab):
    """Serve the lab as it is without settings."""
    return lab()
