"""A task's headings fit into its lesson."""

import pytest

from unblocked.lessons import headings


@pytest.mark.parametrize(
    ("task", "below", "fitted"),
    [
        ("# A\n\n## B", 2, "### A\n\n#### B"),
        ("### A\n\n# B", 1, "#### A\n\n## B"),
        ("#### A", 1, "## A"),
        ("# A\n\n## B", 6, "###### A\n\n###### B"),
        ("# A\n\n```python\n# B\n```", 2, "### A\n\n```python\n# B\n```"),
        ("#hashtag", 2, "#hashtag"),
    ],
)
def test_headings_fit_below_the_section(task, below, fitted):
    assert headings.fitted(task, below=below) == fitted
