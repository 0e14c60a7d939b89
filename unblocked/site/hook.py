"""What MkDocs calls: says which command makes the generated pages, where they are not; and makes pages lighter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.exceptions import Abort

from unblocked.site.places import GENERATED

_LINE = re.compile(r'<span id="__span-\d+-\d+">(.*\n)</span>')
_PLAIN = re.compile(r'<span class="[nw]">([^<]*)</span>')
"""A name or a space in code: the theme gives them the colour that they have anyway."""


def on_config(config: Any) -> None:
    """Stop before a build whose navigation has generated pages that are not there."""
    docs = Path(config["docs_dir"])
    missing = [page for page in _pages(config["nav"]) if _is_generated(page) and not (docs / page).is_file()]
    if missing:
        those = ", ".join(f"docs/{page}" for page in missing)
        mend = "Run `python3 -m unblocked site --build`, which writes them and builds the site."
        raise Abort(f"{those}: not there, because they are generated. {mend}")


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Take marks from code: those that nobody sees, and those of lines, to which only the pages of labs link."""
    seen = _PLAIN.sub(r"\1", html)
    return seen if page.file.src_uri.startswith("labs/") else _LINE.sub(r"\1", seen)


def _is_generated(page: str) -> bool:
    return page.partition("/")[0] in GENERATED


def _pages(nav: Any) -> Iterator[str]:
    """Give every page that a navigation names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict | list):
        for part in nav.values() if isinstance(nav, dict) else nav:
            yield from _pages(part)
