"""Makes the site that the tests look at: `python -m tests.site.make FOLDER` writes `FOLDER/docs` and `FOLDER/site`.

Lesson 00 is run unless its run is kept already. Of the others, a run that is kept is shown; where there is none, the
page has its cells without what they show: tests/lessons runs all of them.
"""

import functools
import logging
import shutil
import sys
from pathlib import Path

from tests.conftest import COURSE
from unblocked.site import building, generated, lessons, places, runs


def shown(lesson, *, others, course):
    if lesson.number == 0:
        print(f"{lesson.name}: executed", flush=True)
        return runs.of(lesson, others=others, course=course)
    kept = runs.kept(lesson, others=others, course=course)
    print(f"{lesson.name}: {'a kept run' if kept else 'without outputs'}", flush=True)
    return runs.sort(kept or runs.script(lesson, others=others, course=course))


def make(folder: Path) -> None:
    docs = folder / "docs"
    shutil.copytree(COURSE / "docs", docs, ignore=shutil.ignore_patterns(*places.GENERATED))
    with_runs = functools.partial(lessons.pages, run=shown)
    kinds = {words: with_runs if pages is lessons.pages else pages for words, pages in generated.KINDS.items()}
    generated.write(generated.texts(COURSE, kinds=kinds), docs)
    building.build(COURSE, docs=docs, site=folder / "site")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)  # why it is not built, if it is not
    make(Path(sys.argv[1]))
