"""Telling the parts of a lesson apart."""

import pytest

from unblocked.faults import Fault
from unblocked.lessons import blocks


def split(text):
    return blocks.split(text, name="lessons/02_routes.md", first_line=10)


def kinds(text):
    return [(block.kind, block.info, block.text) for block in split(text)]


def test_python_fences_are_code():
    text = "before\n```python\nx = 1\n```\n```python raises\n1 / 0\n```\nafter"
    assert kinds(text) == [
        ("text", "", "before"),
        ("code", "python", "x = 1"),
        ("code", "python raises", "1 / 0"),
        ("text", "", "after"),
    ]


@pytest.mark.parametrize("tag", ["", "text", "console", "mermaid", "bash", "python static", "pycon"])
def test_other_fences_are_text(tag):
    text = f"before\n```{tag}\n<!-- exercise: in_a_fence -->\n# no heading\n```\nafter"
    assert kinds(text) == [("text", "", text)]


def test_indented_and_quoted_fences_are_text():
    text = "1. first\n\n   ```python\n   x = 1\n   ```\n\n> ```python\n> y = 2\n> ```"
    assert kinds(text) == [("text", "", text)]


def test_longer_fence_holds_shorter_ones():
    text = "````text\n```python\nx = 1\n```\n````"
    assert kinds(text) == [("text", "", text)]


def test_inline_code_opens_nothing():
    text = "```x``` is written with ``` three ```.\n```` ```python ````"
    assert kinds(text) == [("text", "", text)]


def test_regions_are_told_from_notes():
    fold = "<!-- #region -->\nfold\n```python\nx\n```\n<!-- #endregion -->\n"
    text = f"{fold}<!-- #region presenter -->\nnote\n<!-- #endregion -->"
    assert kinds(text) == [("region", "", "fold\n```python\nx\n```"), ("presenter", "", "note")]


def test_exercise_is_included():
    assert kinds("a\n<!-- exercise: other_requests_keep_moving -->\nb")[1][:2] == (
        "exercise",
        "other_requests_keep_moving",
    )


def test_all_lines_are_kept_with_their_numbers():
    text = "a\n\n```python\nx\n```\nb\n<!-- exercise: c -->\n"
    found = split(text)
    assert [line for block in found for line in block.lines] == text.splitlines()
    assert [block.line for block in found] == [10, 12, 15, 16]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\n```python\nx", 11, "the fence `python` is never closed"),
        ("a\n```text\nx", 11, "the fence `text` is never closed"),
        ("<!-- #region -->\nx", 10, "`<!-- #region -->` is never closed"),
        ("a\n\n<!-- #endregion -->", 12, "`<!-- #endregion -->` closes a region that was not opened"),
        ("<!-- exercise other -->", 10, "write `<!-- exercise: name -->` on a line of its own"),
        ("Do <!-- exercise: other -->", 10, "write `<!-- exercise: name -->` on a line of its own"),
        (
            "<!-- #region -->\n<!-- exercise: a -->\n<!-- #endregion -->",
            10,
            "an exercise stands inside of `<!-- #region -->`",
        ),
        ("<!-- #region -->\n<!-- #region presenter -->\n", 10, "a region begins inside of `<!-- #region -->`"),
    ],
)
def test_what_would_be_lost_is_refused(text, line, said):
    with pytest.raises(Fault) as caught:
        split(text)
    assert caught.value.message.startswith(f"`lessons/02_routes.md`, line {line}: ")
    assert said in caught.value.message
