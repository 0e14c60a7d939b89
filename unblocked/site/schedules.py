"""Schedules of workshops, summed from the lessons' minutes. Only lessons that exist; what does not fit is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from unblocked.lessons import minutes as counted
from unblocked.lessons import source

OPENS, HALF, NOON, LATEST_LUNCH, CLOSES = 9 * 60, 12 * 60 + 30, 12 * 60, 13 * 60, 17 * 60
"""Minutes after midnight: a day begins, a half day ends, lunch may begin and has to begin, a day ends."""
ARRIVAL, BREAK, LUNCH, LONGEST = 15, 15, 60, 100
"""Minutes: until the course runs on every computer, of a break, of lunch, of work without a break."""
STEP = 5
"""Minutes to whose multiples the counted time of what comes after a core is rounded up."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of work: the core of a lesson, or what comes after its core."""

    title: str
    page: str
    minutes: int
    is_core: bool

    @property
    def text(self) -> str:
        """Its name as a link to the lesson."""
        link = f"[{self.title}](../lessons/{self.page}.md)"
        return link if self.is_core else f"{link}: more"


@dataclass(frozen=True, slots=True)
class Slot:
    """A line of a schedule: from when to when, and what; work has its part, a pause has none."""

    start: int
    end: int
    text: str
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A workshop: its title and, for each of its days, from when to when it is open."""

    title: str
    days: tuple[tuple[int, int], ...]


PLANS = (
    Plan("Half a day", ((OPENS, HALF),)),
    Plan("One day", ((OPENS, CLOSES),)),
    Plan("Two days", ((OPENS, CLOSES), (OPENS, CLOSES))),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan filled with parts: the slots of each day, and the parts for which there is no room."""

    plan: Plan
    days: tuple[tuple[Slot, ...], ...]
    left: tuple[Part, ...]


def parts(course: Path) -> list[Part]:
    """Give all work of the course: the cores in their order, and then what comes after each."""
    lessons = source.lessons(course=course)
    cores = [Part(lesson.title, lesson.name, lesson.minutes, is_core=True) for lesson in lessons]
    beyond = [(lesson, counted.more(lesson, course=course)) for lesson in lessons]
    return cores + [
        Part(each.title, each.name, -(-long // STEP) * STEP, is_core=False) for each, long in beyond if long
    ]


def schedule(plan: Plan, work: Sequence[Part]) -> Schedule:
    """Fill the days in order, evenly; a day ends before the first part that has no room in it."""
    days, left = [], list(work)
    for number, (start, end) in enumerate(plan.days):
        share = sum(part.minutes for part in left) / (len(plan.days) - number)
        slots = tuple(_day(left, start=start, end=end, share=share, first=number == 0))
        done = [slot.part for slot in slots if slot.part]
        days.append(slots)
        left = left[len(done) :]
    return Schedule(plan, tuple(days), tuple(left))


def _day(work: Sequence[Part], *, start: int, end: int, share: float, first: bool) -> Iterator[Slot]:
    """Give the slots of a day: work until its share is done or the day is over, and pauses between."""
    now, worked, since_pause, has_lunch = start, 0, 0, end <= LATEST_LUNCH
    if first and work:
        yield Slot(now, now + ARRIVAL, "Arrival: the course runs on every computer")
        now += ARRIVAL
    for part in work:
        pause = _pause(now, part, since_pause, has_lunch=has_lunch)
        beyond = worked and worked + part.minutes / 2 > share
        if beyond or now + pause + part.minutes > end:
            return
        if pause:
            yield Slot(now, now + pause, "Lunch" if pause == LUNCH else "Break")
            now, since_pause, has_lunch = now + pause, 0, has_lunch or pause == LUNCH
        yield Slot(now, now + part.minutes, part.text, part)
        now, worked, since_pause = now + part.minutes, worked + part.minutes, since_pause + part.minutes


def _pause(now: int, part: Part, worked: int, *, has_lunch: bool) -> int:
    """Give the minutes of the pause before a part: lunch where it is time for it, a break after long work."""
    if not has_lunch and worked and (now >= NOON or now + part.minutes > LATEST_LUNCH):
        return LUNCH
    return BREAK if worked and worked + part.minutes > LONGEST else 0


def page(course: Path) -> str:
    """Write the page of all schedules."""
    work = parts(course)
    cores = [part for part in work if part.is_core]
    lines = [
        "# Which lessons fit into half a day, a day, two days?",
        "",
        f"The course has {len(cores)} lessons. Their cores take {_long(cores)}, what comes after them "
        f"{_long([part for part in work if not part.is_core])}.",
        "The minutes of a core are those that its lesson names for somebody who studies alone; what comes after a core "
        "is counted, and rounded up to five. Clock times and pauses are a proposal. A schedule takes the cores first, "
        "then what comes after them. The [teaching guide](../teaching.md) says what to prepare.",
    ]
    plans = [line for plan in PLANS for line in _written(schedule(plan, work))]
    return "\n".join([*lines, *plans, *_beside(course)]) + "\n"


def _beside(course: Path) -> Iterator[str]:
    """List what there is for each lesson."""
    yield from ["", "## Notes and tasks of each lesson", "", "| lesson | for you | for print |", "| --- | --- | --- |"]
    for lesson in source.lessons(course=course):
        tasks = f"[tasks](handout/{lesson.slug}.md)" if lesson.exercises else ""
        yield f"| [{lesson.title}](../lessons/{lesson.name}.md) | [notes](notes/{lesson.slug}.md) | {tasks} |"


def _written(made: Schedule) -> Iterator[str]:
    yield from ["", f"## {made.plan.title}", ""]
    for number, (slots, (_, end)) in enumerate(zip(made.days, made.plan.days, strict=True), start=1):
        if len(made.days) > 1:
            yield from [f"### Day {number}", ""]
        yield from _table(slots, end)
    yield _rest(made.left)


def _table(slots: Sequence[Slot], end: int) -> Iterator[str]:
    if not slots:
        yield from ["Nothing is left for this day: the lessons that exist fit into the days before it.", ""]
        return
    yield from ["| when | minutes | what |", "| --- | ---: | --- |"]
    for slot in slots:
        yield f"| {clock(slot.start)} to {clock(slot.end)} | {slot.end - slot.start} | {slot.text} |"
    free = end - slots[-1].end
    rest = f" Until {clock(end)}, {_hours(free)} are free." if free else ""
    yield from ["", f"{_long([slot.part for slot in slots if slot.part])} of work.{rest}", ""]


def _rest(left: Sequence[Part]) -> str:
    cores = [part.text for part in left if part.is_core]
    more = [part.text for part in left if not part.is_core]
    if cores:
        return f"**The core of the course does not fit.** No room for: {', '.join(cores + more)}."
    return (
        f"All cores fit. No room for: {', '.join(more)}." if more else "All cores fit, and all that comes after them."
    )


def _long(work: Sequence[Part]) -> str:
    return _hours(sum(part.minutes for part in work))


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]))


def clock(minute: int) -> str:
    """Give a time of day.

    >>> clock(9 * 60 + 5)
    '09:05'
    """
    return f"{minute // 60:02}:{minute % 60:02}"
