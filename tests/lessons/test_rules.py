"""The rules that a machine sees to: each can be broken, and is named then."""

from contextlib import suppress

import pytest

from tests.lessons.conftest import TASK
from unblocked.faults import Fault
from unblocked.lessons import minutes, rules
from unblocked.lessons.source import MORE, RECAP


def complaints(course):
    return rules.complaints(course=course.folder)


def cell(lines):
    return "```python\n" + "x = 1\n" * lines + "```\n"


def test_good_lesson_has_no_complaints(course):
    course.exercise("routes", "keeps_moving")
    course.lesson("01_basics", "# Why?\n")
    callout = "> **Careful.** " + "word " * 60 + "\n\n"
    course.lesson(
        "02_routes",
        f"# Why?\n\nSee [it](01_basics.md).\n\n{callout * 4}## One\n\n### Two\n\n{cell(lines=25)}\n"
        "```text\n# no heading\n```\n\n## Three\n\n<!-- exercise: keeps_moving -->\n",
        needs=["basics"],
    )
    assert complaints(course) == []


def test_minutes_and_core_are_counted_honestly(course):
    course.exercise("routes", "keeps_moving")
    course.exercise("routes", "for_those_who_stay", task=TASK.replace("core: true", "core: false"))
    include = "<!-- exercise: {} -->\n\n".format
    core = f"# Why?\n\n{'word ' * 500}\n\n{cell(lines=2)}\n{include('keeps_moving')}"
    more = f"{MORE}\n\n{'word ' * 250}\n\n{include('for_those_who_stay')}"
    recap = f"{RECAP}\n\n{'word ' * 250}\n"
    lesson = course.lesson("02_routes", core + more + recap, minutes=17)
    assert complaints(course) == []
    assert (minutes.core(lesson, course=course.folder), minutes.more(lesson, course=course.folder)) == (17, 14)
    course.lesson("02_routes", core + more + recap, minutes=15)
    assert complaints(course) == ["`lessons/02_routes.md`: `minutes` is 15, and its core takes 17."]
    course.lesson("02_routes", core + more + recap, minutes=80)
    assert complaints(course) == ["`lessons/02_routes.md`: its core takes 80 minutes, at most 75."]
    course.lesson("02_routes", f"# Why?\n\n{include('for_those_who_stay')}{MORE}\n\n{include('keeps_moving')}")
    assert complaints(course) == [
        "`lessons/02_routes.md`: `for_those_who_stay` is not core, and stands in the core.",
        "`lessons/02_routes.md`: `keeps_moving` is core, and stands after the core.",
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("text\n\n# Why?\n", "the text begins with its title, `# …`, and has one only"),
        ("## One\n", "the text begins with its title"),
        ("# Why?\n\n# Again?\n", "the text begins with its title, `# …`, and has one only"),
        ("# Why?\n\n### Deep\n", "`Deep` leaves out a level"),
        ("# Why?\n\n## One\n\n## One\n", "the heading `One` stands there twice"),
        ("# Why?\n\ntext\n## One\n", "`## One` needs an empty line before it"),
        ("# Why?\n\n" + cell(lines=26), "the cell in line 13 has 26 lines, at most 25"),
        ("# Why?\n\n<!-- exercise: missing -->\n", "line 13: There is no exercise `missing`"),
        ("# Why?\n\nSee [it](09_gone.md).\n", "it links to `09_gone.md`, which does not exist"),
        ("# Why?\n\n" + "> **Careful.** Hot.\n\n" * 3 + "> **In production.** Cold.\n\n" * 2, "5 callouts, at most 4"),
        (
            "# Why?\n\n> **In production.** one two three four five six\n" + "> word word\n" * 28,
            "the callout “In production: one two three four five …” has 62 words, at most 60",
        ),
        (
            "# Why?\n\n<!-- #region -->\n<details markdown='1'><summary>Under the hood: how</summary>\n\n"
            + "word " * 61
            + "\n\n```python\nnot counted\n```\n\n</details>\n<!-- #endregion -->\n",
            "the callout “Under the hood: word word word word word …” has 61 words, at most 60",
        ),
        ("# Why?\n\n```python\nnever closed", "the fence `python` is never closed"),
    ],
)
def test_broken_rule_is_named(course, body, said):
    with suppress(Fault):  # reading it complains already; the rules say the same
        course.lesson("02_routes", body)
    [complaint] = complaints(course)
    assert complaint.startswith("`lessons/02_routes.md`")
    assert said in complaint


def test_long_starter_is_named(course):
    course.exercise("routes", "keeps_moving", starter="x = 1\n" * 65)
    course.lesson("02_routes", "# Why?\n\n<!-- exercise: keeps_moving -->\n")
    assert complaints(course) == [
        "`lessons/02_routes.md`: the starter of `keeps_moving` makes a cell of 66 lines, at most 65."
    ]


def test_needs_exist_and_come_before(course):
    course.lesson("02_routes", "# Why?\n", needs=["limits", "basic", "routes"])
    course.lesson("03_limits", "# Why?\n")
    assert complaints(course) == [
        "`lessons/02_routes.md`: it needs `basic`, and no lesson has that slug.",
        "`lessons/02_routes.md`: it needs `limits`, which does not come before it.",
        "`lessons/02_routes.md`: it needs `routes`, which does not come before it.",
    ]


def test_nothing_is_there_twice(course):
    course.exercise("routes", "keeps_moving")
    course.exercise("limits", "keeps_moving")
    course.lesson("02_routes", "# Why?\n\n<!-- exercise: keeps_moving -->\n")
    course.lesson("02_limits", "# Why?\n\n<!-- exercise: keeps_moving -->\n")
    course.lesson("03_limits", "# Why?\n\n<!-- exercise: keeps_moving -->\n")
    assert complaints(course) == [
        "The number 02 is there 2 times.",
        "The slug `limits` is there 2 times.",
        "The exercise `keeps_moving` is there 3 times.",
    ]


def test_presenter_notes_are_not_counted(course):
    note = "<!-- #region presenter -->\n" + "> **Careful.** Hot.\n\n" * 9 + "<!-- #endregion -->\n"
    course.lesson("02_routes", f"# Why?\n\n{note}")
    assert complaints(course) == []


def test_every_lesson_is_looked_at(course):
    course.write("lessons/01_broken.md", "no front matter")
    course.lesson("02_routes", "## One\n")
    assert [complaint[:25] for complaint in complaints(course)] == [
        "`lessons/01_broken.md` ha",
        "`lessons/02_routes.md`: t",
    ]
