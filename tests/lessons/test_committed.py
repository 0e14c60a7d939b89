"""What is committed in `notebooks/` is what the lessons give now, and the lessons keep the rules."""

from unblocked.lessons import notebooks, rules


def test_committed_notebooks_are_up_to_date():
    stale = [path.name for path in notebooks.build(check=True)]
    assert not stale, f"`python3 -m unblocked build` brings these up to date: {', '.join(stale)}"


def test_committed_lessons_keep_the_rules():
    assert rules.complaints() == []
