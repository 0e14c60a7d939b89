"""A schedule adds up: every minute of a day is in it once, and all work is in a day or named as left out."""

import dataclasses
import re

import pytest

from tests.conftest import COURSE
from unblocked.lessons import minutes, source
from unblocked.site import schedules
from unblocked.site.schedules import PLANS, Part, Plan, clock, schedule

HALF, ONE, TWO = PLANS


def core(length, name="a lesson"):
    return Part(name, "00_a_lesson", length, is_core=True)


@pytest.fixture(params=PLANS, ids=lambda plan: plan.title)
def made(request):
    return schedule(request.param, schedules.parts(COURSE))


def test_a_core_takes_what_its_lesson_says():
    cores = {part.page: part.minutes for part in schedules.parts(COURSE) if part.is_core}
    assert cores == {lesson.name: lesson.minutes for lesson in source.lessons(course=COURSE)}


def test_the_rest_is_counted_and_rounded_up():
    rest = {part.page: part.minutes for part in schedules.parts(COURSE) if not part.is_core}
    for lesson in source.lessons(course=COURSE):
        counted = minutes.more(lesson, course=COURSE)
        assert 0 <= rest.get(lesson.name, 0) - counted < 5
        assert rest.get(lesson.name, 0) % 5 == 0


def test_all_work_is_planned_or_named(made):
    planned = [slot.part for day in made.days for slot in day if slot.part]
    assert planned + list(made.left) == schedules.parts(COURSE)


def test_slots_follow_each_other(made):
    for slots, (start, end) in zip(made.days, made.plan.days, strict=True):
        edges = [start, *(slot.end for slot in slots)]
        assert [slot.start for slot in slots] == edges[:-1]
        assert edges[-1] <= end
        assert all(slot.part is None or slot.end - slot.start == slot.part.minutes for slot in slots)


def test_nobody_works_long_without_a_pause(made):
    for slots in made.days:
        worked = 0
        for slot in slots:
            worked = worked + slot.part.minutes if slot.part else 0
            assert worked <= schedules.LONGEST or worked == slot.part.minutes


def test_a_whole_day_has_lunch():
    slots = schedule(ONE, [core(60, str(n)) for n in range(9)]).days[0]
    lunch = [slot for slot in slots if slot.text == "Lunch"]
    assert [slot.end - slot.start for slot in lunch] == [60]
    assert lunch[0].start <= schedules.LATEST_LUNCH < lunch[0].end


def test_two_days_share_the_work():
    first, second = schedule(TWO, [core(60, str(n)) for n in range(6)]).days
    assert [sum(1 for slot in day if slot.part) for day in (first, second)] == [3, 3]


def test_a_core_without_room_is_named(monkeypatch):
    work = [core(75, "short"), core(75, "middle"), core(75, "last")]
    monkeypatch.setattr(schedules, "parts", lambda _course: work)
    assert [part.title for part in schedule(HALF, work).left] == ["last"]
    page = schedules.page(COURSE)
    assert "**The core of the course does not fit.** No room for: [last](../lessons/00_a_lesson.md)." in page
    assert page.count("All cores fit, and all that comes after them.") == 2


def test_a_day_without_work_says_so():
    plan = dataclasses.replace(TWO)
    assert schedule(plan, [core(30)]).days[1] == ()
    assert any("Nothing is left for this day" in line for line in schedules._written(schedule(plan, [core(30)])))


def test_nothing_fits_into_no_time():
    made = schedule(Plan("A moment", ((540, 550),)), [core(30)])
    assert [part.minutes for part in made.left] == [30]


def test_the_page_says_the_sums():
    page, work = schedules.page(COURSE), schedules.parts(COURSE)
    hours, rest = divmod(sum(part.minutes for part in work if part.is_core), 60)
    assert f"Their cores take {hours} h" + (f" {rest} min" if rest else "") + ", " in page
    for title in ("Half a day", "One day", "Two days"):
        assert f"## {title}\n" in page


def test_the_page_shows_every_slot():
    page = schedules.page(COURSE)
    for plan in PLANS:
        for slot in (slot for day in schedule(plan, schedules.parts(COURSE)).days for slot in day):
            assert f"| {clock(slot.start)} to {clock(slot.end)} | {slot.end - slot.start} | {slot.text} |" in page


def test_only_lessons_that_exist_are_linked():
    linked = set(re.findall(r"\]\(\.\./lessons/(\w+)\.md\)", schedules.page(COURSE)))
    assert linked == {lesson.name for lesson in source.lessons(course=COURSE)}


def test_notes_and_tasks_are_linked():
    page = schedules.page(COURSE)
    for lesson in source.lessons(course=COURSE):
        assert f"[notes](notes/{lesson.slug}.md)" in page
        assert (f"[tasks](handout/{lesson.slug}.md)" in page) == bool(lesson.exercises)
