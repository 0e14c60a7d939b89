"""An exercise: found by its name, complete, or a sentence that says what is missing."""

import pytest

from unblocked.exercises import Exercise
from unblocked.faults import Fault


def test_task_comes_without_front_matter(course):
    course.exercise("routes", "keeps_moving")
    found = Exercise.of("routes", "keeps_moving", place=course.folder)
    assert found.task.startswith("# Other customers keep moving\n")
    assert found.starter == "from fastapi import FastAPI\n\napp = FastAPI()  # TODO: Write it.\n"


def test_unknown_exercise_suggests_the_nearest(course):
    course.exercise("routes", "keeps_moving")
    with pytest.raises(
        Fault, match=r"no exercise in `exercises/routes/` `keep_moving`\. Did you mean `keeps_moving`\?"
    ):
        Exercise.of("routes", "keep_moving", place=course.folder)
    with pytest.raises(Fault, match="There is no exercise `keeps_moving`: `exercises/limits/` has none"):
        Exercise.of("limits", "keeps_moving", place=course.folder)


@pytest.mark.parametrize("file", ["task.md", "starter.py"])
def test_missing_file_is_named(course, file):
    course.exercise("routes", "keeps_moving")
    (course.folder / "exercises/routes/keeps_moving" / file).unlink()
    found = Exercise.of("routes", "keeps_moving", place=course.folder)
    with pytest.raises(Fault, match=f"`exercises/routes/keeps_moving` has no `{file}`"):
        print(found.task, found.starter)
