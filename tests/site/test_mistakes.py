"""The index of the mistakes."""

from pathlib import Path

import pytest

from tests.site import small
from unblocked.faults import Fault
from unblocked.grading import grader
from unblocked.site import mistakes
from unblocked.site.signs import SIGNS, Sign

REAL = Path(__file__).parents[2]
LATE = Sign("A book is late", (("lending", "What does a lender do?"),), frozenset({"nobody has asked"}))
WRONG = "exercises/lending/books_come_back/wrong/waits_for_ever.py"


@pytest.fixture
def course(tmp_path):
    return small.course(tmp_path)


@pytest.fixture(scope="module")
def real():
    return mistakes.pages(REAL)["reference/mistakes.md"]


def test_every_wrong_answer_stands_there_once(real):
    assert mistakes.homeless(REAL) == mistakes.unused(REAL) == []
    assert real.count("\n- … ") == len(list(REAL.glob("exercises/*/*/wrong/*.py")))


def test_every_sign_has_a_mistake(real):
    assert [sign.seen for sign in SIGNS if f"\n## {sign.seen}\n" not in real] == []


def test_belief_stands_under_its_sign(course):
    page = mistakes.pages(course, signs=[LATE])["reference/mistakes.md"]
    assert "- [A book is late](#a-book-is-late)" in page
    under = page.partition("## A book is late\n\n")[2]
    assert under == (
        "Explained in [lesson 01, “What does a lender do?”](../lessons/01_lending.md#what-does-a-lender-do).\n\n"
        "**[Books come back](../lessons/01_lending.md#books-come-back)**, lesson 01: "
        "*“The book is late, because nobody has asked for it.”*\n\n- … a book comes back by itself.\n"
    )


def test_no_line_of_code_is_shown(real):
    wrong = [path.read_text() for path in REAL.glob("exercises/*/*/wrong/*.py")]
    shown = [line.strip() for text in wrong for line in text.splitlines() if "# wrong:" in line]
    code = {line: line.partition("#")[0].strip() for line in shown}
    telling = [line for line in shown if len(code[line]) > len("raise")]  # shorter, it is what anybody says
    assert [line for line in telling if code[line] in real] == []


def test_words_that_several_sentences_have_stand_alone(course):
    checks = small.CHECKS.replace("meaning=LATE", 'meaning=LATE + "Perhaps nobody has asked."')
    small.write(course, "exercises/lending/books_come_back/checks.py", checks)
    assert "*“… nobody has asked …”*" in mistakes.pages(course, signs=[LATE])["reference/mistakes.md"]


def test_verdict_says_what_the_index_says():
    mistake = next(each for each in mistakes.mistakes(REAL) if each.name == "wrong/swaps_the_library_only")
    code = (mistake.exercise.folder / f"{mistake.name}.py").read_text()
    assert mistake.verdict.startswith("This line keeps the event loop's only thread")
    assert mistake.verdict in grader().grade(mistake.exercise, code).failure.meaning


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Believes that a book", "A book", "its docstring begins with `Believes that …`"),
        (
            "Says: nobody has asked",
            "Says: is late",
            "no sign has `is late`; name it once in `unblocked/site/signs.yaml`",
        ),
        ("Says: nobody has asked", "", "must end its docstring with a line `Says: …`"),
    ],
)
def test_wrong_answer_without_a_place_is_found(course, old, new, said):
    small.write(course, WRONG, small.WRONG.replace(old, new))
    with pytest.raises(Fault) as fault:
        mistakes.pages(course, signs=[LATE])
    assert WRONG in fault.value.message
    assert said in fault.value.message


def test_sign_without_a_mistake_is_found(course):
    lost = Sign("A book is lost", (), frozenset({"gone"}))
    assert mistakes.unused(course, signs=[LATE, lost]) == ["`unblocked/site/signs.yaml`: no wrong answer says `gone`."]
    twice = mistakes.homeless(course, signs=[LATE, LATE])
    assert twice == [f"`{WRONG}`: 2 signs have `nobody has asked`; name it once in `unblocked/site/signs.yaml`."]


def test_sign_explained_nowhere_is_found(course):
    astray = Sign(LATE.seen, (("lending", "What does a reader do?"),), LATE.says)
    with pytest.raises(Fault, match="Did you mean `What does a lender do"):
        mistakes.pages(course, signs=[astray])
