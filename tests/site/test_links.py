"""Every link of the site leads somewhere, and nothing is loaded from elsewhere."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest


class Page(HTMLParser):
    """The ids of a page, where its links lead, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.path, self.ids, self.links, self.loads = path, set(), [], []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if given.get("src") or (tag == "link" and given.get("href") and given.get("rel") != "canonical"):
            self.loads.append(given.get("src") or given["href"])
        if given.get("data-drawing"):
            self.loads.append(given["data-drawing"])


@pytest.fixture(scope="module")
def parsed(site):
    return {path: Page(path) for path in site.rglob("*.html")}


def test_every_link_and_anchor_leads_somewhere(parsed, site):
    broken = []
    for page in parsed.values():
        for link in [*page.links, *page.loads]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            at_root = page.path.name == "404.html" or parts.path.startswith("/")
            start = site if at_root else page.path.parent
            target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else page.path
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment)
            if not target.is_file() or (anchor and target in parsed and anchor not in parsed[target].ids):
                broken.append(f"{page.path.relative_to(site)}: {link}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(parsed):
    foreign = [address for page in parsed.values() for address in page.loads if re.match(r"(https?:)?//", address)]
    assert foreign == []


def test_every_picture_has_its_text(parsed, site):
    silent = []
    for path in [*parsed, *site.glob("lessons/drawings/*.js")]:
        text = path.read_text()
        silent += [image for image in re.findall(r"<img\b[^>]*>", text) if not re.search(r'\balt="[^"]+"', image)]
        silent += [plot for plot in re.findall(r'<svg class="ub-plot"[^>]*>', text) if 'aria-label="' not in plot]
    assert silent == []
