"""Where the playground's scripts and its style sheet are."""

from tests.conftest import COURSE

ASSETS = COURSE / "docs" / "assets" / "playground"
