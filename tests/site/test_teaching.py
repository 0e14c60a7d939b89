"""The pages for who teaches have every note and every task of the lessons, and give nothing away."""

import re

import pytest

from tests.conftest import COURSE
from unblocked.exercises import Exercise
from unblocked.grading.checking import load
from unblocked.lessons import source
from unblocked.site import teaching

LESSONS = source.lessons(course=COURSE)
NAMES = [(lesson.slug, name) for lesson in LESSONS for name in lesson.exercises]


@pytest.fixture(scope="module")
def pages():
    return teaching.pages(COURSE)


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.slug)
def lesson(request):
    return request.param


def words(text):
    return " ".join(re.sub(r"\]\([^)]*\)", "]", text).split())


def test_every_lesson_has_its_pages(pages):
    wanted = {"teaching/schedules.md"}
    wanted |= {f"teaching/notes/{lesson.slug}.md" for lesson in LESSONS}
    wanted |= {f"teaching/handout/{lesson.slug}.md" for lesson in LESSONS if lesson.exercises}
    assert set(pages) == wanted


def test_every_note_is_there(pages, lesson):
    page = words(pages[f"teaching/notes/{lesson.slug}.md"])
    notes = [block.text for block in lesson.blocks if block.kind == "presenter"]
    assert notes
    assert [note for note in notes if words(note) not in page] == []


def test_every_prediction_is_there(pages, lesson):
    page = pages[f"teaching/notes/{lesson.slug}.md"]
    asked = sum(block.text.count("**Predict.**") for block in lesson.blocks)
    assert page.count("> **Predict.**") == asked > 0


def test_a_note_stands_under_its_heading(lesson):
    for section in teaching.sections(lesson):
        for note in section.notes:
            above = lesson.path.read_text().partition(note)[0]
            assert re.findall(r"(?m)^##? +(.*?)\s*$", above)[-1] == section.heading


def test_a_section_leads_to_its_lesson(pages):
    page = pages["teaching/notes/start_here.md"]
    assert "(../../lessons/00_start_here.md#which-word-gives-the-thread-back)" in page


def test_what_is_not_core_is_marked(pages):
    page = pages["teaching/notes/routes.md"]
    assert "## How does a slow SDK get a lane of its own? (more)\n" in page
    assert "## How do I choose for each route?\n" in page


def test_what_choices_believe_is_there(pages):
    page = pages["teaching/notes/start_here.md"]
    assert "What each choice believed</summary>" in page
    assert "<summary>Answer</summary>" not in page


@pytest.mark.parametrize(("slug", "name"), NAMES)
def test_the_handout_has_every_task(pages, slug, name):
    page = words(pages[f"teaching/handout/{slug}.md"])
    exercise = Exercise.of(slug, name, place=COURSE)
    title, _, rest = exercise.task.partition("\n")
    assert title.lstrip("# ") in page
    assert words(re.sub(r"(?m)^#+ ", "", rest)) in re.sub(r"#+ ", "", page)
    assert f"python3 -m unblocked watch {name}`" in page


@pytest.mark.parametrize(("slug", "name"), NAMES)
def test_the_handout_gives_nothing_away(pages, slug, name):
    page, exercise = words(pages[f"teaching/handout/{slug}.md"]), Exercise.of(slug, name, place=COURSE)
    hints = [hint for check in load(exercise.checks) for hint in check.outcome().hints]
    assert hints
    assert [hint for hint in hints if words(hint) in page] == []
    kept = set(exercise.starter.splitlines())
    solved = [line.strip() for line in exercise.solution.read_text().splitlines() if line not in kept]
    assert [line for line in solved if len(line) > 25 and line in page] == []


def test_each_task_begins_a_page(pages, lesson):
    page = pages[f"teaching/handout/{lesson.slug}.md"]
    assert page.count('{ style="break-before: page" }') == len(lesson.exercises) - 1


def test_links_between_lessons_lead_there():
    assert teaching._linked("see [it](02_routes.md#a)") == "see [it](../../lessons/02_routes.md#a)"
