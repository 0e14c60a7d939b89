"""The site in a browser: loaded, on a phone, searched, and for people who do not see it."""

from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

WORDS = ["token", "lifespan", "semaphore", "deadline", "prediction"]
UNFOLD = "document.querySelectorAll('article details').forEach(fold => fold.open = true)"


@contextmanager
def opened(browser, *, width=1280, scheme="light"):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        yield context.new_page()
    finally:
        context.close()


def without_repetition(name):
    """What axe is to look at: the code of the long lessons has the same colours as that of the first and of the labs.

    A look at the colours of the ten thousand words of a lesson's code takes as long as at all the rest of the site.
    """
    long = name.startswith("lessons/") and name != "lessons/00_start_here.html"
    return {"exclude": [["article pre"]]} if long else None


def visit(page, url):
    page.goto(url)
    page.wait_for_load_state("networkidle")


def test_pages_load_in_peace(browser, address, pages):
    said = []
    with opened(browser) as page:
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith((address, "data:")) else said.append(request.url)
        )
        for name in pages:
            visit(page, f"{address}/{name}")
            assert said == [], name


def test_pages_fit_a_phone(browser, address, pages):
    with opened(browser, width=390) as page:
        for name in pages:
            visit(page, f"{address}/{name}")
            page.evaluate(UNFOLD)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name


@pytest.mark.parametrize(("scheme", "rules"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})])
def test_axe_finds_nothing_serious(browser, address, pages, scheme, rules):
    found = []
    with opened(browser, scheme=scheme) as page:
        for name in pages:
            visit(page, f"{address}/{name}")
            page.evaluate(UNFOLD)
            options = {"resultTypes": ["violations"]} | rules
            violations = Axe().run(page, context=without_repetition(name), options=options).response["violations"]
            serious = [each for each in violations if each["impact"] in {"serious", "critical"}]
            found += [f"{name}: {each['id']}: {node['html'][:200]}" for each in serious for node in each["nodes"]]
    assert found == []


@pytest.mark.parametrize("way", ["served", "as a file"])
def test_search_finds_words(browser, address, site, way):
    home = f"{address}/index.html" if way == "served" else (site / "index.html").as_uri()
    with opened(browser) as page:
        visit(page, home)
        for word in WORDS:
            asked = page.locator(".md-search__input")
            asked.clear()
            asked.press_sequentially(word)
            page.locator(".md-search-result__item mark", has_text=word).first.wait_for(state="attached")


def test_diagram_is_drawn(browser, address):
    with opened(browser) as page:
        visit(page, f"{address}/lessons/02_routes.html")
        page.locator("div.mermaid").wait_for()
        assert page.locator("div.mermaid").bounding_box()["height"] > 100


def test_toggle_changes_the_colours(browser, address):
    with opened(browser) as page:
        visit(page, f"{address}/lessons/00_start_here.html")
        ground = "getComputedStyle(document.body).getPropertyValue('--md-default-bg-color')"
        before = page.evaluate(ground)
        page.locator("label[for=__palette_1]").click()
        page.locator("label[for=__palette_2]").click()
        page.wait_for_function(f"before => {ground} !== before", arg=before)
