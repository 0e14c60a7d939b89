"""The site in a browser: loaded, on a phone, searched, and for people who do not see it."""

from contextlib import contextmanager
from itertools import groupby

import pytest
from axe_playwright_python.sync_playwright import Axe

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 900}
WORDS = ["token", "lifespan", "semaphore", "deadline", "prediction"]
PARTS = 3
"""Of the pages, so that several workers look at them."""
ALIKE = {"labs", "lessons", "teaching/handout", "teaching/notes"}
"""Folders whose pages are made in the same way."""
UNFOLD = "document.querySelectorAll('article details').forEach(fold => fold.open = true)"
CONTRAST = "color-contrast"
LOOK = """() => {
    window.looks ??= new Map()
    const known = new Map([[null, ""]])
    const look = part => {
        if (!known.has(part)) {
            const style = getComputedStyle(part), background = [style.backgroundColor, style.backgroundImage]
            const letters = [style.color, style.fontSize, style.fontWeight, style.textShadow]
            const whole = [style.display, style.visibility, style.opacity, style.filter, style.mixBlendMode]
            known.set(part, [...letters, ...background, ...whole, look(part.parentElement)].join())
        }
        return known.get(part)
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode())
        if (texts.currentNode.data.trim())
            looks.set(texts.currentNode, [looks.get(texts.currentNode), look(texts.currentNode.parentElement)].join())
}"""
"""Note how each text looks now, and all that it stands on."""

THIN_OUT = """() => {
    const kept = {}
    for (const [text, look] of looks) {
        kept[look] = (kept[look] ?? 0) + 1
        if (kept[look] <= 5) continue
        let part = text.parentElement
        text.remove()
        while (!part.textContent.trim() && !part.querySelector("a, button, input, svg")) {
            const above = part.parentElement
            part.remove()
            part = above
        }
    }
}"""
"""Keep five of all texts that looked the same each time: axe takes a millisecond for each that is there.

Five, for it says nothing of one that something else lies upon.
"""
EMPTY = "[...document.querySelectorAll('.ub-plot:empty, .ub-scroll:empty')].map(each => each.outerHTML)"


@contextmanager
def opened(browser):
    context = browser.new_context(viewport=DESK)
    try:
        yield context.new_page()
    finally:
        context.close()


def visit(page, url):
    """Open a page, and wait until all of it is there: the drawings of its figures come last."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("!document.querySelector('[data-drawing]')")


@pytest.fixture
def usable(request, site, pages):
    """The pages that axe looks at: where many are made in the same way, only the first and the longest of them."""
    if request.config.getoption("everything"):
        return set(pages)
    found = set()
    for folder, kind in groupby(pages, key=lambda name: name.rpartition("/")[0]):
        alike = list(kind)
        longest = max(alike, key=lambda name: (site / name).stat().st_size)
        found |= {alike[0], longest} if folder in ALIKE else set(alike)
    return found


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_in_order(browser, address, pages, usable, part):
    """It loads in peace, fits a phone, and axe finds nothing serious, neither on a light screen nor on a dark one."""
    found = []
    with opened(browser) as page:
        page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith((address, "data:")) else found.append(request.url)
        )
        for name in pages[part::PARTS]:
            page.emulate_media(color_scheme="light")
            visit(page, f"{address}/{name}")
            page.evaluate(UNFOLD)
            found += page.evaluate(EMPTY)
            page.set_viewport_size(PHONE)
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{wide} wide"] if wide > PHONE["width"] else []
            page.set_viewport_size(DESK)
            found += unusable(page) if name in usable else []
            assert found == [], name


def unusable(page):
    """Give what axe finds in the light and in the dark; what it looks at goes."""
    page.evaluate(Axe().axe_script)
    found = serious(page, rules={CONTRAST: {"enabled": False}})
    page.evaluate(LOOK)
    colour(page, "dark")
    page.evaluate(LOOK)
    page.evaluate(THIN_OUT)
    found += serious(page, runOnly=[CONTRAST])
    colour(page, "light")
    return found + serious(page, runOnly=[CONTRAST])


def colour(page, scheme):
    """Have the page in the colours of this scheme."""
    page.emulate_media(color_scheme=scheme)
    page.locator(f"body[data-md-color-scheme={'slate' if scheme == 'dark' else 'default'}]").wait_for()


def serious(page, **options):
    """Give what axe, which is there already, finds on a page that keeps somebody from using it."""
    ask = "options => axe.run(document, options).then(found => found.violations)"
    violations = page.evaluate(ask, {"resultTypes": ["violations"]} | options)
    grave = [each for each in violations if each["impact"] in {"serious", "critical"}]
    return [f"{each['id']}: {node['html'][:200]}" for each in grave for node in each["nodes"]]


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_taken_from_code_had_no_colour(browser, address, scheme):
    """A name and a space look as they would with their mark; a keyword does not."""
    with opened(browser) as page:
        page.emulate_media(color_scheme=scheme)
        visit(page, f"{address}/lessons/00_start_here.html")
        colour = """mark => {
            const code = document.querySelector('.highlight code'), part = document.createElement('span')
            part.className = mark
            code.append(part)
            return getComputedStyle(part).color === getComputedStyle(code).color
        }"""
        assert [page.evaluate(colour, mark) for mark in ("n", "w", "k")] == [True, True, False]


def test_toggle_changes_the_colours(browser, address):
    with opened(browser) as page:
        visit(page, f"{address}/lessons/00_start_here.html")
        ground = "getComputedStyle(document.body).getPropertyValue('--md-default-bg-color')"
        before = page.evaluate(ground)
        page.locator("label[for=__palette_1]").click()
        page.locator("label[for=__palette_2]").click()
        page.wait_for_function(f"before => {ground} !== before", arg=before)
