"""What becomes of each part of a lesson in its notebook."""

import pytest

from unblocked.faults import Fault
from unblocked.lessons import cells


def made(course, body, **front):
    """The cells of a lesson with this text."""
    lesson = course.lesson("02_routes", body, **front)
    basics = course.lesson("01_basics", "# Why?\n", title="The basics")
    return cells.of(lesson, others={"basics": basics, "routes": lesson}, course=course.folder)


def brief(found):
    return [(cell.cell_type, cell.source) for cell in found]


def after_title(course, body):
    """The cells of a section, as kind and source."""
    return brief(made(course, f"# Why?\n\n## A section\n\n{body}"))[1:]


def test_box_stands_under_the_title(course):
    [cell] = made(course, "# Why?\n\nA symptom.\n", needs=["basics"])
    assert cell.source == (
        "# Why?\n\n"
        "> **You will be able to**\n>\n"
        "> - tell where a request waited\n> - choose `def` or `async def`\n>\n"
        "> **You need** [The basics](01_basics.ipynb).\n>\n"
        "> **Time:** 40 minutes.\n>\n"
        "> **Left out:** several worker processes.\n\n"
        "A symptom."
    )


def test_box_says_when_nothing_is_needed(course):
    [cell] = made(course, "# Why?\n", left_out="")
    assert "> **You need** no other lesson.\n>\n> **Time:** 40 minutes." in cell.source
    assert "Left out" not in cell.source


def test_needed_lesson_that_is_missing_is_named(course):
    with pytest.raises(Fault, match=r"`lessons/02_routes\.md` needs `basic`, and no lesson has that slug"):
        made(course, "# Why?\n", needs=["basic"])


def test_front_matter_is_no_cell(course):
    assert not any("minutes:" in source for _, source in brief(made(course, "# Why?\n")))


def test_python_fences_become_code(course):
    assert after_title(course, "Before.\n\n```python\nx = 1\n\n\ny = 2\n```\n\nAfter.\n") == [
        ("markdown", "## A section\n\nBefore."),
        ("code", "x = 1\n\n\ny = 2"),
        ("markdown", "After."),
    ]


def test_fence_needs_no_empty_line_around_it(course):
    assert after_title(course, "Before:\n```python\nx = 1\n```\nAfter.\n")[1:] == [
        ("code", "x = 1"),
        ("markdown", "After."),
    ]


def test_raising_cell_is_tagged(course):
    found = made(course, "# Why?\n\n```python raises\n1 / 0\n```\n\n```python\nx = 1\n```\n")
    assert [cell.metadata for cell in found] == [{}, {"tags": ["raises-exception"]}, {}]
    assert found[1].source == "1 / 0"


@pytest.mark.parametrize("tag", ["text", "console", "mermaid", "bash", "javascript", "pycon", ""])
def test_other_fences_stay_in_the_text(course, tag):
    fence = f"```{tag}\n%%shown as it is\n\n\n# two empty lines above\n```"
    assert after_title(course, f"Before.\n\n{fence}\n\nAfter.\n") == [
        ("markdown", f"## A section\n\nBefore.\n\n{fence}\n\nAfter.")
    ]


def test_static_python_is_shown_not_run(course):
    assert after_title(course, "```python static\nx = 1\n```\n") == [
        ("markdown", "## A section\n\n```python\nx = 1\n```")
    ]


def test_fence_in_a_list_stays_in_the_list(course):
    text = "1. first\n\n   ```python\n   x = 1\n   ```\n\n2. second"
    assert after_title(course, text) == [("markdown", f"## A section\n\n{text}")]


def test_block_quotes_stay_as_they_are(course):
    text = "> **Predict.** When?\n>\n> a) now · b) later"
    assert after_title(course, text) == [("markdown", f"## A section\n\n{text}")]


def test_region_is_one_cell(course):
    fold = (
        '<details markdown="1"><summary>What each choice believes</summary>\n\n'
        "## Not a section\n\n```python static\nx = 1\n```\n\n\n```python\ny = 2\n```\n\n</details>"
    )
    found = after_title(course, f"Before.\n\n<!-- #region -->\n{fold}\n<!-- #endregion -->\n\nAfter.\n")
    assert found == [
        ("markdown", "## A section\n\nBefore."),
        ("markdown", fold.replace(" static", "")),
        ("markdown", "After."),
    ]


def test_presenter_notes_are_left_out(course):
    found = after_title(
        course, "Before.\n\n<!-- #region presenter -->\nAsk for hands.\n<!-- #endregion -->\n\nAfter.\n"
    )
    assert "hands" not in str(found)
    assert "After." in found[-1][1]


def test_every_heading_begins_a_cell(course):
    assert brief(made(course, "# Why?\n\n## One\n\na\n\n### Two\n\nb\n"))[1:] == [
        ("markdown", "## One\n\na"),
        ("markdown", "### Two\n\nb"),
    ]


def test_exercise_becomes_task_and_cell(course):
    course.exercise("routes", "keeps_moving")
    task, cell, after = after_title(course, "<!-- exercise: keeps_moving -->\n\nAfter.\n")[1:]
    assert task == (
        "markdown",
        "### Other customers keep moving\n\nChange the app.\n\n"
        "```python\n# not a heading, not a cell\n```\n\n#### For example",
    )
    assert cell == (
        "code",
        "%%exercise keeps_moving\nfrom fastapi import FastAPI\n\napp = FastAPI()  # TODO: Write it.",
    )
    assert after == ("markdown", "After.")


def test_task_fits_the_section_that_it_is_in(course):
    course.exercise("routes", "keeps_moving")
    found = brief(
        made(course, "# Why?\n\n## One\n\n### Deeper\n\n```text\n# no heading\n```\n<!-- exercise: keeps_moving -->")
    )
    assert found[-2][1].startswith("#### Other customers keep moving")


def test_starter_may_contain_anything(course):
    starter = '"""\n```python\nx\n```\n<!-- #endregion -->\n"""\n'
    course.exercise("routes", "keeps_moving", starter=starter)
    assert (
        after_title(course, "<!-- exercise: keeps_moving -->")[-1][1] == f"%%exercise keeps_moving\n{starter.strip()}"
    )


def test_links_between_lessons_lead_to_notebooks(course):
    text = "See [there](01_basics.md#why), [here](./02_routes.md) and [else](https://x.org/01_basics.md)."
    assert "(01_basics.ipynb#why), [here](./02_routes.ipynb) and [else](https://x.org/01_basics.md)" in str(
        after_title(course, text)
    )


def test_ids_come_from_section_and_counter(course):
    course.exercise("routes", "keeps_moving")
    cell, exercise = "```python\nx\n```\n", "<!-- exercise: keeps_moving -->\n"
    text = f"# Why … “now”?\n\n{cell}## One\n\n{cell}{exercise}\nc\n\n## !!!\n\n## One\n"
    assert [cell.id for cell in made(course, text)] == [
        "why-now-1",
        "why-now-2",
        "one-1",
        "one-2",
        "keeps_moving-1",
        "keeps_moving-2",
        "one-3",
        "section-1",
        "one-4",
    ]


def test_ids_are_valid_and_differ(course):
    long = "keeps_" + "moving_" * 20 + "on"
    course.exercise("routes", long)
    headings = "".join(f"## {'A very long heading ' * 9}{n}\n\ntext\n\n" for n in range(12))
    ids = [cell.id for cell in made(course, f"# Why?\n\n{headings}<!-- exercise: {long} -->\n")]
    assert len(set(ids)) == len(ids) == 15
    assert max(map(len, ids)) <= 64
