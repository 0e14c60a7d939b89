"""`/docs` and `/redoc` work without a network: whatever they load comes from this machine."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from tests.server.asking import get
from unblocked import serve


class Loaded(HTMLParser):
    """Collects what a page loads."""

    def __init__(self, page):
        super().__init__()
        self.addresses = re.findall(r"""url:\s*['"]([^'"]+)""", page)
        self.addresses += re.findall(r"""url\(['"]?([^'")]+)|@import\s+['"]([^'"]+)""", page)
        self.feed(page)

    def handle_starttag(self, _tag, attrs):
        self.addresses += [value for name, value in attrs if name in {"src", "href", "spec-url", "srcset"}]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_page_loads_only_from_here(path, parcel):
    page = get(parcel.url + path)
    addresses = Loaded(page.text).addresses
    assert page.ok
    assert len(addresses) >= 3
    for address in addresses:
        full = urljoin(page.url, address)
        assert full.startswith(parcel.url)
        assert get(full).status_code == 200, address


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_page_names_no_other_address(path, parcel):
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s'\"<]*", get(parcel.url + path).text) == []


@pytest.mark.parametrize("script", ["swagger-ui-bundle.js", "redoc.standalone.js"])
def test_script_loads_no_picture_from_elsewhere(script, parcel):
    text = get(f"{parcel.url}/-/docs-assets/{script}").text
    assert len(text) > 500_000
    assert re.findall(r"src[:=]\s*['\"]https?:[^'\"]+", text) == []


def test_docs_show_the_routes(parcel):
    assert set(get(f"{parcel.url}/openapi.json").json()["paths"]) == {"/quotes/{parcel}", "/health"}


def test_what_the_pages_load_is_not_counted(parcel):
    before = parcel.requests
    assert get(f"{parcel.url}/-/docs-assets/swagger-ui.css").ok
    assert get(f"{parcel.url}/-/docs-assets/nothing.css").status_code == 404
    assert parcel.requests == before


def test_app_keeps_its_own_pages(write, carriers):
    write("quiet.py", "from fastapi import FastAPI\napp = FastAPI(docs_url=None, redoc_url=None)\n")
    with serve("quiet.py", carriers=carriers) as quiet:
        assert get(f"{quiet.url}/docs").status_code == 404
