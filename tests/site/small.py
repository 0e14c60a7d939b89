"""A small course for the site: a lesson, its lab, an exercise with one wrong answer, and a glossary."""

from __future__ import annotations

from pathlib import Path

LESSON = """---
title: Lending
question: Who waits for a book?
you will: [lend a book]
needs: []
minutes: 20
left out: ""
---

# Who waits for a book?

A reader waits on the event loop.

## What does a lender do?

```python
threadpool = 1  # code may say what it likes
```

<!-- exercise: books_come_back -->
"""

TASK = """---
kind: function
minutes: 5
core: true
---
# Books come back

Write `lend(book)`.
"""

CHECKS = '''"""A book that is lent comes back."""

from unblocked.grading import Imported, expect, hints

LATE = "The book is late, because nobody has asked for it."


@hints("Is the book late? Ask for it.")
def check_a_book_comes_back(answer: Imported) -> None:
    """A book comes back."""
    look_for(answer)


def look_for(answer: Imported) -> None:
    """Look whether the book is late."""
    expect(False, did="lent a book", got=f"{answer} is late", expected="the book", meaning=LATE)
'''

WRONG = '''"""Believes that a book comes back by itself.

Says: nobody has asked
"""


def lend(book):
    return None  # wrong: check_a_book_comes_back
'''

LAB = '''"""A library lends books, and one reader keeps all others waiting."""

from fastapi import APIRouter, FastAPI

from labs.shelf import find

# Books: who waits for whom?

inner = APIRouter(prefix="/readers")
app = FastAPI()


@app.get("/books/{book}")
def lend(book: int) -> str:
    """Lend a book, and wait for it."""
    return find(book)  # everybody waits here


@inner.get("/health")
async def health() -> bool:
    """Say that the library is open."""
    return True  # noqa: RET504


app.include_router(inner)
'''

SHELF = '"""Where the books are."""\n\n\ndef find(book: int) -> str:\n    """Find a book."""\n    return str(book)\n'

GLOSSARY = """# What do the words mean?

## Event loop

What runs the readers. See [lesson 01](lessons/01_lending.md#what-does-a-lender-do).

## Worker thread, reader {#worker-thread}

A thread that reads.

Elsewhere: threadpool, thread slot
"""


def write(folder: Path, path: str, text: str) -> Path:
    """Write a file of the course."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def course(folder: Path) -> Path:
    """Write the whole course into a folder."""
    exercise = "exercises/lending/books_come_back"
    for path, text in {
        "lessons/01_lending.md": LESSON,
        f"{exercise}/task.md": TASK,
        f"{exercise}/starter.py": "# TODO: Lend.\n",
        f"{exercise}/checks.py": CHECKS,
        f"{exercise}/wrong/waits_for_ever.py": WRONG,
        "solutions/lending/books_come_back.py": '"""Ask."""\n',
        "labs/__init__.py": '"""The labs."""\n',
        "labs/shelf.py": SHELF,
        "labs/lending/__init__.py": '"""Lab of lesson 01."""\n',
        "labs/lending/app.py": LAB,
        "docs/glossary.md": GLOSSARY,
    }.items():
        write(folder, path, text)
    return folder
