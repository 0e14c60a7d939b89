"""Builds the site from its pages, once, or again after every save while it is served."""

from __future__ import annotations

import errno
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TextIO

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # a note for who chooses a generator; it delays the first build

from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.livereload import LiveReloadServer

from unblocked.faults import Fault
from unblocked.site import drawings, generated

WATCHED = ("lessons", "exercises", "solutions", "labs", "docs", "mkdocs.yml")
"""What makes the site anew when it is saved. After a change of `unblocked/`, start the command again."""


def build(course: Path, *, docs: Path, site: Path, url: str | None = None) -> None:
    """Build the folder `site` from the pages in `docs`, as `mkdocs.yml` says. A `Fault` says why it cannot be built.

    Args:
        course: the folder that has `mkdocs.yml`.
        docs: the pages, generated ones included.
        site: where the site is written; what was there before goes.
        url: where the site will be served, so that its pages reload themselves.

    """
    try:
        config = load_config(
            str(course / "mkdocs.yml"), docs_dir=str(docs), site_dir=str(site), **({"site_url": url} if url else {})
        )
        config.plugins.on_startup(command="serve" if url else "build", dirty=False)
        mkdocs_build.build(config, serve_url=url)
    except Abort as abort:
        raise Fault(f"The site was not built. {abort}".rstrip()) from abort
    except MkDocsException as error:
        raise Fault(f"The site was not built: {error}") from error


def once(course: Path, *, out: TextIO = sys.stdout) -> int:
    """Write the generated pages into `docs/` and the site into `site/`; give the exit code."""
    say = _saying(out)
    try:
        with _told(out):
            _make(course, course / "site", say=say)
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    return 0


def stay(course: Path, *, port: int, browser: bool, out: TextIO = sys.stdout) -> int:
    """Serve the site until Ctrl-C, and make it anew after every save of what it is made from.

    Args:
        course: the folder of the course.
        port: where it listens on this machine.
        browser: whether it opens in the browser.
        out: where everything is printed.

    """
    say = _saying(out)
    url = f"http://127.0.0.1:{port}/"
    try:
        with _told(out), tempfile.TemporaryDirectory(prefix="unblocked-site-") as folder:
            server = LiveReloadServer(
                builder=lambda: _again(course, Path(folder), url, say), host="127.0.0.1", port=port, root=folder
            )
            _make(course, Path(folder), url=url, say=say)
            for name in WATCHED:
                server.watch(str(course / name))
            say(f"The site is at {url}; it follows what you save. Ctrl-C ends it.")
            _serve(server, browser=browser)
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def _serve(server: LiveReloadServer, *, browser: bool) -> None:
    try:
        server.serve(open_in_browser=browser)  # type: ignore[no-untyped-call]
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        port = server.server_address[1]
        raise Fault(f"Port {port} cannot be used ({error.strerror}). Choose another: `--port {port + 1}`.") from error
    finally:
        server.shutdown()


def _make(course: Path, site: Path, *, say: Callable[[str], None], url: str | None = None) -> None:
    begun = time.perf_counter()
    for line in _changes(generated.write(generated.texts(course), course / "docs"), course):
        say(line)
    build(course, docs=course / "docs", site=site, url=url)
    say(f"built {sum(1 for _ in site.rglob('*.html'))} pages in {time.perf_counter() - begun:.1f} s")


def _changes(changed: list[Path], course: Path) -> Iterator[str]:
    """Say what was written and what was removed: each page, and how many drawings, whose names tell nobody anything."""
    for done, those in groupby(sorted(changed, key=Path.exists, reverse=True), key=Path.exists):
        word, paths = "wrote" if done else "removed", list(those)
        pages = [path for path in paths if path.parent.name != drawings.FOLDER]
        yield from (f"{word} {path.relative_to(course)}" for path in pages)
        if many := len(paths) - len(pages):
            yield f"{word} {many} {'drawing' if many == 1 else 'drawings'} of figures"


def _again(course: Path, site: Path, url: str, say: Callable[[str], None]) -> None:
    """Make the site anew after a save; what is wrong is said, and the old site stays."""
    try:
        _make(course, site, url=url, say=say)
    except Fault as fault:
        say(fault.message)


def _saying(out: TextIO) -> Callable[[str], None]:
    return lambda text: print(text, file=out, flush=True)


@contextmanager
def _told(out: TextIO) -> Iterator[None]:
    """Print what is done, and what MkDocs warns of, while it is done."""
    handler = logging.StreamHandler(out)
    levels = {"unblocked.site": logging.INFO, "mkdocs": logging.WARNING}
    for name, level in levels.items():
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name in levels:
            logging.getLogger(name).removeHandler(handler)
