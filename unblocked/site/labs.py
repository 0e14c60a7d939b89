"""A page for each lab: what it shows, how it is run, its routes, and its code with the lines that matter lit."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from unblocked.faults import Fault
from unblocked.lessons import source
from unblocked.lessons.source import Lesson
from unblocked.site import places
from unblocked.site.outputs import joined
from unblocked.site.routes import Route, routes

_TOOLS = re.compile(r"#\s*(noqa|type:|pragma|fmt:|ruff:|mypy:)")
"""Comments that speak to a tool, not to the reader."""


def pages(course: Path) -> dict[str, str]:
    """Make a page of each lab, one of each module that labs share, and one that lists them.

    Raises:
        Fault: a lab has a part that does not say what it is, or cannot be imported.

    """
    lessons = {lesson.slug: lesson for lesson in source.lessons(course=course)}
    slugs = [lab.name for lab in places.folders(course, "labs/*/app.py")]
    slugs.sort(key=lambda slug: lessons[slug].number if slug in lessons else len(lessons))
    found = routes(slugs, course=course) if slugs else {}
    made = {f"labs/{slug}.md": _lab(course, slug, lessons.get(slug), found[slug]) for slug in slugs}
    made |= {f"labs/{path.stem}.md": _shared(course, path, slugs) for path in shared(course)}
    return {"labs/index.md": _list(course, slugs, lessons), **made}


def lit(code: str) -> list[int]:
    r"""Give the lines that a lab's code is about: those that end in a comment for the reader.

    A comment on a line of its own speaks of all that follows, and lights nothing.

    >>> lit("# quotes\nanswer = ask()  # everybody waits here\nx = 1  # noqa: F841\n")
    [2]
    """
    comments = [t for t in tokenize.generate_tokens(io.StringIO(code).readline) if t.type == tokenize.COMMENT]
    return [t.start[0] for t in comments if t.line[: t.start[1]].strip() and not _TOOLS.match(t.string)]


def shared(course: Path) -> list[Path]:
    """Give the modules that labs share: those beside the labs' folders."""
    return sorted(path for path in (course / "labs").glob("*.py") if path.stem != "__init__")


def _lab(course: Path, slug: str, lesson: Lesson | None, found: list[Route]) -> str:
    folder = course / "labs" / slug
    files = sorted(folder.glob("*.py"), key=lambda path: (path.stem != "app", path.stem))
    files = [path for path in files if path.stem != "__init__"]
    parts = [
        f"# What does the lab `{slug}` show?",
        says(course, folder / "app.py"),
        f"It belongs to [lesson {lesson.number:02}, {lesson.title}]({places.lesson(lesson)})." if lesson else "",
        "## How do you run it?",
        *_commands(slug),
        "## Which routes does it have?",
        _routes(course, found, files),
        "## What is its code?",
        *_code(course, files),
        _uses(course, files),
    ]
    return joined(parts) + "\n"


def _commands(slug: str) -> Iterator[str]:
    yield "In a notebook of the course, with carriers that need half a second:"
    yield f'```python\ncarriers = upstream(latency=0.5)\nparcel = serve("{slug}")\nparcel\n```'
    yield "In a terminal, in the folder of the course; it starts anew when you save a file of it:"
    yield f"```console\n$ python3 -m unblocked serve {slug}\n```"
    yield "Either shows an address. With `/docs` behind it, the address is a page on which you can try the routes."


_BEFORE = 2
"""Pieces of code on a lab's page that stand above its files; the pieces are counted in the lines' anchors."""


def _routes(course: Path, found: list[Route], files: list[Path]) -> str:
    """A line for each route: a list, because long paths break in a table's narrow columns; with a link to its code."""
    pieces = {str(path.relative_to(course)): number for number, path in enumerate(files, _BEFORE)}
    lines = []
    for route in found:
        if not route.says:
            raise Fault(
                f"`{route.file}`, line {route.line}: `{route.name}` has no docstring; it says what the route does."
            )
        name = f"<code>{route.method} {route.path}</code>"
        if route.file in pieces:  # in HTML: MkDocs does not see the anchors of lines, and would warn
            name = f'<a href="#__span-{pieces[route.file]}-{route.line}">{name}</a>'
        lines.append(f"- {name} · `{route.kind}` · {route.says}")
    return "\n".join(lines)


def _code(course: Path, files: list[Path]) -> Iterator[str]:
    if any(lit(path.read_text(encoding="utf-8")) for path in files):
        yield "A line that is lit is one that the lesson is about; its comment says why."
    for path in files:
        says(course, path)  # each file has to: its docstring is the first that a reader sees of it
        yield code(course, path)


def code(course: Path, path: Path) -> str:
    """Write a file as a fence with its name over it, and the lines that matter lit."""
    text = path.read_text(encoding="utf-8").rstrip("\n")
    lines = " ".join(str(line) for line in lit(text))
    light = f' hl_lines="{lines}"' if lines else ""
    return f'```python title="{path.relative_to(course)}"{light}\n{text}\n```'


def says(course: Path, path: Path) -> str:
    """Give what a module says of itself.

    Raises:
        Fault: it says nothing.

    """
    if not (doc := ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))):
        raise Fault(f"`{path.relative_to(course)}` has no docstring; its first line says what the module shows.")
    return doc


def _uses(course: Path, files: list[Path]) -> str:
    links = [
        f"[`labs/{path.name}`]({path.stem}.md)" for path in shared(course) if any(_imports(f, path) for f in files)
    ]
    return f"It uses what all labs share: {', '.join(links)}." if links else ""


def _imports(file: Path, module: Path) -> bool:
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return f"labs.{module.stem}" in {node.module for node in found if isinstance(node, ast.ImportFrom)}


def _shared(course: Path, path: Path, slugs: list[str]) -> str:
    users = [slug for slug in slugs if any(_imports(file, path) for file in (course / "labs" / slug).glob("*.py"))]
    links = ", ".join(f"[`{slug}`]({slug}.md)" for slug in users)
    parts = [f"# What is in `labs/{path.name}`?", says(course, path), f"Labs that use it: {links}." if users else ""]
    return joined([*parts, code(course, path)]) + "\n"


def _list(course: Path, slugs: list[str], lessons: dict[str, Lesson]) -> str:
    """The page that lists them."""
    parts = [
        "# Which labs are there?",
        "A lab is a service that a lesson runs: a real FastAPI app, on real uvicorn.",
        "\n".join(_entry(course, slug, lessons.get(slug)) for slug in slugs),
    ]
    if modules := [f"- [`labs/{path.name}`]({path.stem}.md): {_first(course, path)}" for path in shared(course)]:
        parts += ["## What do labs share?", "\n".join(modules)]
    return joined(parts) + "\n"


def _entry(course: Path, slug: str, lesson: Lesson | None) -> str:
    link = f" [Lesson {lesson.number:02}, {lesson.title}]({places.lesson(lesson)})." if lesson else ""
    return f"- [`{slug}`]({slug}.md): {_first(course, course / 'labs' / slug / 'app.py')}{link}"


def _first(course: Path, path: Path) -> str:
    return says(course, path).partition("\n\n")[0].replace("\n", " ")
