"""The pages of the labs."""

from pathlib import Path

import pytest

from tests.site import small
from unblocked.faults import Fault
from unblocked.site import labs

REAL = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path):
    return small.course(tmp_path)


@pytest.fixture(scope="module")
def real():
    return labs.pages(REAL)


def test_every_lab_has_a_page(real):
    slugs = {path.parent.name for path in REAL.glob("labs/*/app.py")}
    shared = {path.stem for path in REAL.glob("labs/*.py")} - {"__init__"}
    assert set(real) == {f"labs/{name}.md" for name in {"index"} | slugs | shared}


def test_page_tells_all_of_its_lab(course):
    page = labs.pages(course)["labs/lending.md"]
    assert page.startswith("# What does the lab `lending` show?\n\nA library lends books")
    assert "[lesson 01, Lending](../lessons/01_lending.md)" in page
    assert 'serve("lending")' in page
    assert "$ python3 -m unblocked serve lending" in page
    assert '<a href="#__span-2-13"><code>GET /books/{book}</code></a> · `def` · Lend a book, and wait for it.' in page
    assert '```python title="labs/lending/app.py" hl_lines="16"\n"""A library' in page
    assert "It uses what all labs share: [`labs/shelf.py`](shelf.md)." in page


def test_included_router_has_its_routes(course):
    assert (
        '"#__span-2-19"><code>GET /readers/health</code></a> · `async def` · Say that'
        in labs.pages(course)["labs/lending.md"]
    )


def test_shared_module_names_its_users(course):
    page = labs.pages(course)["labs/shelf.md"]
    assert "Labs that use it: [`lending`](lending.md)." in page
    assert '```python title="labs/shelf.py"\n"""Where the books are.' in page


def test_list_leads_to_labs_and_lessons(course):
    page = labs.pages(course)["labs/index.md"]
    assert "- [`lending`](lending.md): A library lends books" in page
    assert "[Lesson 01, Lending](../lessons/01_lending.md)." in page


def test_lines_with_a_comment_are_lit(real):
    lines = (REAL / "labs/start_here/app.py").read_text().splitlines()
    [number] = labs.lit("\n".join(lines))
    assert "requests.get(url" in lines[number - 1]
    assert f'title="labs/start_here/app.py" hl_lines="{number}"' in real["labs/start_here.md"]


@pytest.mark.parametrize("line", ["# quotes", "x = 1  # noqa: F841", "x = 1  # type: ignore[x]", 'x = "# no"'])
def test_other_comments_light_nothing(line):
    assert labs.lit(f"{line}\n") == []


def test_link_to_a_route_meets_its_decorator(real):
    line = next(line for line in real["labs/routes.md"].splitlines() if "<code>GET /waybills/threaded/" in line)
    number = int(line.partition("#__span-2-")[2].partition('"')[0])
    code = (REAL / "labs/routes/app.py").read_text().splitlines()
    assert code[number - 1] == '@app.get("/waybills/threaded/{parcel}")'


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("labs/lending/app.py", small.LAB.splitlines()[0], "", "`labs/lending/app.py` has no docstring"),
        ("labs/shelf.py", '"""Where the books are."""', "", "`labs/shelf.py` has no docstring"),
        ("labs/lending/app.py", '"""Lend a book, and wait for it."""', "", "line 13: `lend` has no docstring"),
        ("labs/lending/app.py", "app = FastAPI()", "app = Fast()", "NameError: name 'Fast' is not defined"),
    ],
)
def test_silent_or_broken_lab_is_found(course, path, old, new, said):
    text = (course / path).read_text()
    assert old in text
    small.write(course, path, text.replace(old, new, 1))
    with pytest.raises(Fault) as fault:
        labs.pages(course)
    assert said in fault.value.message
