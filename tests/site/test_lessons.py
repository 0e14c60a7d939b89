"""The page of a lesson."""

import pytest

from tests.conftest import COURSE
from unblocked.lessons import source
from unblocked.site import lessons, runs

BODY = """# Why does one customer stop everyone?

Parcel has `/health`.

```python
serve("routes")
```

## Who is served?

> **Predict.** Nobody?

```python raises
1 / 0
```

```python static
async def quote(): ...
```

<!-- #region presenter -->
**Presenter, 5 min.** Ask.
<!-- #endregion -->

<!-- #region -->
<details markdown="1"><summary>Answer</summary>

Yes.

</details>
<!-- #endregion -->

## What can I do?

<!-- exercise: keeps_moving -->

```text
## no heading
```
"""

CHECKS = '''"""A pass proves it."""
from unblocked.grading import hints

@hints("Which thread?", "The section above.", "One word.")
def check_health_answers(app):
    """`/health` answers."""

def check_price(app):
    """A price comes."""
'''


def show(lesson, *, others, course):
    """Let each cell print which it is."""
    from nbformat.v4 import new_output

    notebook = runs.script(lesson, others=others, course=course)
    for number, cell in enumerate(each for each in notebook.cells if each.cell_type == "code"):
        cell.outputs = [new_output("stream", name="stdout", text=f"shown by {number}")]
    return runs.sort(notebook)


@pytest.fixture
def page(course):
    """Give the page of a lesson of a small course, with this address, if any."""
    course.lesson("00_start_here", "# Start\n", title="Start here")
    course.lesson("02_routes", BODY, needs=["start_here"])
    course.exercise("routes", "keeps_moving")
    course.write("exercises/routes/keeps_moving/checks.py", CHECKS)
    course.write("solutions/routes/keeps_moving.py", '"""A thread waits."""\n\nimport os\n\nsolved = os\n')

    def made(repo_url=""):
        course.write(
            "mkdocs.yml", f"site_name: x\nextra:\n  repo_url: {repo_url}\n" if repo_url else "# repo_url: none yet\n"
        )
        return lessons.pages(course.folder, run=show)["lessons/02_routes.md"]

    return made


def test_top_says_what_it_gives(page):
    top, _, _ = page().partition("Parcel has")
    assert top.startswith("---\ntitle: 02 Sync and async routes\ndescription: Why does one slow")
    assert top.count("# Why does one customer stop everyone?") == 1
    assert '!!! abstract "You will be able to"\n\n    - tell where' in top
    assert "[Start here](00_start_here.md)" in top
    assert "`python3 -m unblocked start --lesson routes`." in top


def test_outputs_follow_their_cells(page):
    text = page()
    assert '``` python\nserve("routes")\n```\n\n``` { .text .output .no-copy }\nshown by 0\n```' in text
    assert "``` python\n1 / 0\n```\n\n``` { .text .output .no-copy }\nshown by 1\n```" in text
    assert "```python\nasync def quote(): ...\n```" in text
    assert "shown by 3" not in text  # the solution's verdict


def test_exercise_has_all_its_parts(page):
    text = page()
    parts = [
        "### Other customers keep moving",
        '``` python title="Where you start"\n%%exercise keeps_moving\n',
        "shown by 2",
        "<summary>Stuck at “<code>/health</code> answers”? Hint 1 of 3</summary>\n\nWhich thread?\n\n<details",
        "<summary>Hint 2 of 3</summary>\n\nThe section above.\n\n<details",
        "<summary>Hint 3 of 3</summary>\n\nOne word.\n\n</details>\n\n</details>\n\n</details>",
        "<summary>Our solution, and why</summary>\n\nA thread waits.\n\n``` python\nimport os\n\nsolved = os\n```",
        "What a pass proves: A pass proves it.",
        "## no heading",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "A price comes" not in text  # it has no hints


def test_presenter_notes_are_folded(page):
    fold = '<details class="presenter" markdown="1"><summary>For presenters</summary>\n\n**Presenter, 5 min.** Ask.\n'
    assert fold in page()
    assert '<details markdown="1"><summary>Answer</summary>\n\nYes.\n\n</details>' in page()


def test_without_address_there_are_no_links(page):
    assert "Report a problem" not in page()
    assert "open the notebook" not in page()


def test_each_section_can_be_reported(page):
    text = page("https://example.org/us/unblocked/")
    assert "[open the notebook](https://example.org/us/unblocked/blob/main/notebooks/02_routes.ipynb)" in text
    assert text.count("[Report a problem with this section](") == 3
    link = "https://example.org/us/unblocked/issues/new?title=02_routes%3A+Who+is+served%3F&body=In+%60lessons%2F02_"
    assert text.index("Parcel has") < text.index(link) < text.index("## What can I do?")


def test_diagrams_bring_their_script(course):
    course.lesson("00_start_here", "# Start\n\nNo diagram.\n")
    course.lesson("01_more", "# More\n\n```mermaid\nflowchart TD\n```\n")
    made = lessons.pages(course.folder, run=show)
    assert "mermaid.min.js" not in made["lessons/00_start_here.md"]
    assert '<script src="../assets/vendor/mermaid.min.js"></script>' in made["lessons/01_more.md"]
    assert (COURSE / "docs/assets/vendor/mermaid.min.js").is_file()


def test_every_section_is_on_its_page(site):
    for lesson in source.lessons():
        page = (site / f"lessons/{lesson.name}.html").read_text()
        headings = [
            line for block in lesson.blocks if block.kind == "text" for line in block.lines if line[:3] == "## "
        ]
        assert page.count("<h2") == len(headings)
        assert page.count("Our solution, and why") == len(lesson.exercises) > 0
        assert page.count('class="presenter"') == sum(block.kind == "presenter" for block in lesson.blocks)


def test_executed_lesson_shows_all_outputs(site):
    page = (site / "lessons/00_start_here.html").read_text()
    lesson = source.lesson("start_here")
    assert page.count('class="ub-plot"') >= 4  # before; the verdict's; before and after
    assert "Not yet. <code>other_requests_keep_moving</code>" in page
    assert page.count('aria-label="Prediction"') == sum("predict(" in block.text for block in lesson.blocks)
    assert "<style" not in page.partition("<article")[2]
    assert "ub-verdict" in (site / "lessons/outputs.css").read_text()
