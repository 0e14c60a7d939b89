"""Reading lessons."""

import pytest

from unblocked.faults import Fault
from unblocked.lessons import source


def test_front_matter_and_body_are_read(course):
    lesson = course.lesson(
        "02_routes", "# Why?\n\n<!-- exercise: b_first -->\n<!-- exercise: a_second -->\n", needs=["basics"]
    )
    assert (lesson.number, lesson.slug, lesson.name) == (2, "routes", "02_routes")
    assert (lesson.title, lesson.question) == ("Sync and async routes", "Why does one slow customer stop everyone?")
    assert lesson.you_will == ("tell where a request waited", "choose `def` or `async def`")
    assert (lesson.needs, lesson.minutes, lesson.left_out) == (("basics",), 40, "several worker processes")
    assert lesson.exercises == ("b_first", "a_second")


def test_lines_are_numbered_as_in_the_file(course):
    path = course.lesson("02_routes", "# Why?\n\n```python\nx\n```\n").path
    [_, code] = source.read(path).blocks
    assert path.read_text().splitlines()[code.line - 1] == "```python"


@pytest.mark.parametrize("key", ["title", "question", "you will", "needs", "minutes", "left out"])
def test_missing_key_is_named(course, key):
    with pytest.raises(Fault, match=rf"`lessons/02_routes\.md`, front matter: `{key}` is missing \(.+\)\.$"):
        course.lesson("02_routes", "# Why?", **{key.replace(" ", "_"): None})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("minutes", "40", "`minutes` is to be a whole number"),
        ("minutes", 0, "`minutes` is to be a whole number"),
        ("minutes", True, "`minutes` is to be a whole number"),
        ("you_will", [], "`you will` is to be a list of things that can be tested"),
        ("you_will", "run", "`you will` is to be a list of things that can be tested"),
        ("you_will", [{"tell": "this"}], "`you will` is to be a list of things that can be tested"),
        ("needs", "basics", "`needs` is to be a list of lessons' slugs, `\\[\\]` for none"),
        ("title", "  ", "`title` is to be a few words"),
        ("titel", "x", "`titel` means nothing here"),
    ],
)
def test_wrong_value_is_named(course, key, value, said):
    with pytest.raises(Fault, match=said):
        course.lesson("02_routes", "# Why?", **{key: value})


def test_all_that_is_missing_is_said_at_once(course):
    with pytest.raises(Fault, match=r"`title` is missing \(a few words\); `minutes` is missing"):
        course.lesson("02_routes", "# Why?", title=None, minutes=None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Why?\n", "`lessons/02_routes.md` has no front matter: it begins with `---`"),
        ("---\ntitle: never closed\n", "has no front matter"),
        ("---\n---\n", "`title` is missing"),
        ("---\ntitle: a\nb: [\n---\n", r"the front matter is not YAML \(line 4: "),
        ("---\n- a list\n---\n", "the front matter is not a list of `key: value`"),
    ],
)
def test_broken_front_matter_is_explained(course, text, said):
    with pytest.raises(Fault, match=said.replace(".md", r"\.md").replace("(line 4: ", "(line 4")):
        source.read(course.write("lessons/02_routes.md", text))


@pytest.mark.parametrize("name", ["routes", "2_routes", "02-routes", "README"])
def test_file_with_another_name_is_refused(course, name):
    with pytest.raises(Fault, match=rf"`lessons/{name}\.md` is not called like a lesson: two digits"):
        course.lesson(name, "# Why?")


def test_lessons_come_in_order(course):
    for name in ["10_limits", "00_start_here", "02_routes"]:
        course.lesson(name, "# Why?")
    assert [lesson.slug for lesson in source.lessons(course=course.folder)] == ["start_here", "routes", "limits"]
    for asked in ["routes", "02_routes", "02", "2", 2]:
        assert source.lesson(asked, course=course.folder).slug == "routes"
    with pytest.raises(Fault, match=r"There is no lesson `ruotes`\. Did you mean `routes`\?"):
        source.lesson("ruotes", course=course.folder)


def test_course_without_lessons_says_so(course):
    assert source.lessons(course=course.folder) == []
    with pytest.raises(Fault, match="There are no lessons in `lessons/` yet"):
        source.lesson("routes", course=course.folder)
