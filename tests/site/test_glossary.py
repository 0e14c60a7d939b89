"""The glossary, and that lessons keep to it."""

from pathlib import Path

import pytest

from tests.site import small
from unblocked.site import glossary

REAL = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path):
    return small.course(tmp_path)


def test_lessons_keep_to_the_glossary():
    assert glossary.complaints(REAL) == []


def test_terms_are_read(course):
    loop, thread = glossary.terms(course)
    assert (loop.forms, loop.anchor, loop.elsewhere) == (("Event loop",), "event-loop", ())
    assert (thread.forms, thread.anchor) == (("Worker thread", "reader"), "worker-thread")
    assert thread.elsewhere == ("threadpool", "thread slot")


def test_glossary_that_is_kept_to_passes(course):
    assert glossary.complaints(course) == []


@pytest.mark.parametrize(
    "path", ["lessons/01_lending.md", "exercises/lending/books_come_back/task.md", "docs/setup.md"]
)
@pytest.mark.parametrize(("said", "named"), [("A Threadpool", "threadpool"), ("> Thread\n> slots", "thread slot")])
def test_rejected_term_is_found(course, path, said, named):
    text = (course / path).read_text() if (course / path).exists() else "# Set up\n"
    small.write(course, path, f"{text}\n{said} waits.\n")
    line = text.count("\n") + 2
    assert glossary.complaints(course) == [
        f"`{path}`, line {line}: `{named}` is called `Worker thread` here; see `docs/glossary.md`."
    ]


@pytest.mark.parametrize("said", ["`threadpool`", "run_in_threadpool", "threadpooling", "thread.\n\nSlots"])
def test_other_words_are_no_term(course, said):
    lesson = course / "lessons/01_lending.md"
    lesson.write_text(f"{lesson.read_text()}\n{said} waits.\n")
    assert glossary.complaints(course) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("## Event loop", "## Event storm", "no lesson, task or lab says `Event storm`"),
        ("## Event loop", "## Zeal, event loop", "`Zeal` is out of order"),
        ("#what-does-a-lender-do", "#what-does-he-do", "`Event loop` links to `01_lending.md#what-does-he-do`"),
        ("lessons/01_lending.md", "lessons/02_lending.md", "links to `02_lending.md#what-does-a-lender-do`"),
    ],
)
def test_fault_of_the_glossary_is_found(course, old, new, said):
    small.write(course, glossary.GLOSSARY, small.GLOSSARY.replace(old, new))
    [complaint] = glossary.complaints(course)
    assert said in complaint


def test_no_term_is_rejected_elsewhere():
    known = glossary.terms(REAL)
    forms = {form.lower() for term in known for form in term.forms}
    assert {name for term in known for name in term.elsewhere} & forms == set()


def test_every_term_is_said_in_two_sentences_and_a_link():
    for term in glossary.terms(REAL):
        assert "](" in term.text, term.forms
        assert len(term.text.partition("Elsewhere:")[0].split()) <= 60, term.forms
