"""What a lesson takes of an exercise."""

import pytest

from unblocked.faults import Fault
from unblocked.lessons import exercises
from unblocked.lessons.exercises import exercise


def test_task_comes_without_front_matter(course):
    course.exercise("routes", "keeps_moving")
    found = exercise("routes", "keeps_moving", course=course.folder)
    assert found.task.startswith("# Other customers keep moving\n")
    assert found.starter == "from fastapi import FastAPI\n\napp = FastAPI()  # TODO: Write it."


def test_unknown_exercise_suggests_the_nearest(course):
    course.exercise("routes", "keeps_moving")
    with pytest.raises(
        Fault, match=r"no exercise in `exercises/routes/` `keep_moving`\. Did you mean `keeps_moving`\?"
    ):
        exercise("routes", "keep_moving", course=course.folder)
    with pytest.raises(Fault, match="There is no exercise `keeps_moving`: `exercises/limits/` has none"):
        exercise("limits", "keeps_moving", course=course.folder)


@pytest.mark.parametrize("file", ["task.md", "starter.py"])
def test_missing_file_is_named(course, file):
    course.exercise("routes", "keeps_moving")
    (course.folder / "exercises/routes/keeps_moving" / file).unlink()
    with pytest.raises(Fault, match=f"`exercises/routes/keeps_moving` has no `{file}`"):
        exercise("routes", "keeps_moving", course=course.folder)


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
    assert exercises.fitted(task, below=below) == fitted
