"""Figures in a browser: the words are there at once; drawings come when somebody comes, when it is calm, for print."""

import re
from contextlib import contextmanager

import pytest

from benchmarks.site import PAGE, packed
from unblocked.lessons import source

LESSON = "lessons/00_start_here.html"
"""It is run for the tests in any case, and has figures far apart."""

PHONE = {"width": 390, "height": 500}
WAITING = "[data-drawing]"
BUSY = "window.calm = []; window.requestIdleCallback = what => { window.calm.push(what) }"
"""A browser that is never idle, until a test lets it be."""


@pytest.fixture(params=["served", "as a file"])
def home(request, site, address):
    return address if request.param == "served" else site.as_uri()


@contextmanager
def opened(browser, url, *, ready="load", **options):
    """Open a page in a small window of a browser that is busy; it ends without a word on the console."""
    context, found = browser.new_context(viewport=PHONE, **options), []
    context.add_init_script(BUSY)
    page = context.new_page()
    page.on("console", lambda message: found.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    try:
        page.goto(url, wait_until=ready)
        yield page
        assert found == []
    finally:
        context.close()


def last(page):
    """The last figure that has a file, by its name."""
    name = page.locator(WAITING).last.get_attribute("data-drawing")
    return page.locator(f'figure[data-drawing="{name}"]'), page.locator("figure.ub:has(.ub-plot)").last


def drawn(page):
    """Wait until no figure waits for its drawing; give how many bars there are."""
    page.wait_for_function(f"!document.querySelector('{WAITING}')")
    assert page.locator(".ub-plot:empty, .ub-scroll:empty").count() == 0
    return page.locator("figure.ub:has(.ub-plot) rect").count()


@pytest.mark.parametrize("lesson", source.lessons(), ids=lambda lesson: lesson.slug)
def test_page_of_a_lesson_is_light(site, lesson):
    assert packed(site / f"lessons/{lesson.name}.html") <= PAGE * 1000


def test_drawings_are_no_part_of_a_page(site):
    page = (site / LESSON).read_text()
    names = re.findall(r'data-drawing="([^"]+)"', page)
    assert len(names) >= 2
    for name in names:
        assert (site / "lessons" / name).read_text().partition("\n\n")[2].startswith("drawn([")
    assert re.findall(r'<svg class="ub-plot"[^>]*>(?!</svg>)', page) == []


def test_figure_comes_when_its_reader_comes(browser, address):
    with opened(browser, f"{address}/{LESSON}") as page:
        waiting, figure = last(page)
        assert waiting.get_attribute("data-asked") is None
        assert figure.locator(".ub-plot rect").count() == 0
        tall = page.evaluate("document.documentElement.scrollHeight")
        figure.scroll_into_view_if_needed()
        waiting.wait_for(state="detached")
        assert figure.locator(".ub-plot").first.locator("rect").count() > 0
        assert page.evaluate("document.documentElement.scrollHeight") == tall  # its room was there


def test_page_from_a_folder_has_all_when_it_has_loaded(browser, site):
    with opened(browser, f"{site.as_uri()}/{LESSON}") as page:
        assert page.locator(WAITING).count() == 0
        assert drawn(page) > 0


def test_its_table_comes_too(browser, home):
    with opened(browser, f"{home}/{LESSON}") as page:
        figure = page.locator("figure.ub:has(.ub-plot)").last
        figure.get_by_text("The numbers, as a table").click()
        figure.get_by_role("row").nth(1).wait_for()
        page.keyboard.press("Tab")
        assert figure.locator(".ub-scroll:focus").get_by_role("row").count() > 1


def test_anchor_leads_to_its_section(browser, home):
    with opened(browser, f"{home}/{LESSON}") as page:
        anchor = page.locator("h2[id]").last.get_attribute("id")
    with opened(browser, f"{home}/{LESSON}#{anchor}") as page:
        top = f"document.getElementById('{anchor}').getBoundingClientRect().top"
        page.wait_for_function(f"{top} < {PHONE['height']}")
        page.evaluate("window.calm.forEach(what => what())")
        assert drawn(page) > 0
        assert 0 <= page.evaluate(top) < PHONE["height"]


def test_rest_comes_when_the_browser_is_idle(browser, address):
    with opened(browser, f"{address}/{LESSON}") as page:
        assert page.locator(WAITING).count() > 0
        page.wait_for_function("window.calm.length > 0")
        page.evaluate("window.calm.forEach(what => what())")
        assert drawn(page) > 0


def test_paper_has_all_drawings(browser, home):
    """A printer takes what is there when it has told the page; nothing that comes later."""
    with opened(browser, f"{home}/{LESSON}") as page:
        page.evaluate(
            f"addEventListener('beforeprint', () => {{ window.left = document.querySelectorAll('{WAITING}').length }})"
        )
        assert page.locator(WAITING).count() > 0 or home.startswith("file:")
        page.pdf()
        assert page.evaluate("window.left") == 0
        assert drawn(page) > 0


def test_closed_fold_stands_for_its_figures(browser, address):
    def folded(route):
        answer = route.fetch()
        top, article, rest = answer.text().partition('<article class="md-content__inner md-typeset">')
        figure = re.findall(r"<figure data-drawing=.*?</figure>", rest, re.DOTALL)[-1]
        fold = f"<details id='fold'><summary>1</summary><details><summary>2</summary>{figure}</details></details>"
        route.fulfill(response=answer, body=f"{top}{article}{fold}{rest.replace(figure, '')}")

    context = browser.new_context(viewport=PHONE)
    context.add_init_script(BUSY)
    page = context.new_page()
    page.route(f"**/{LESSON}", folded)
    page.goto(f"{address}/{LESSON}")
    page.locator("#fold .ub-plot rect").first.wait_for(state="attached")
    assert page.locator("#fold[open]").count() == 0
    context.close()


def test_words_stand_for_what_cannot_come(browser, address):
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.route("**/drawings/*", lambda route: route.abort())
    page.goto(f"{address}/{LESSON}")
    page.wait_for_function(f"!document.querySelector('{WAITING}:not([data-missing])')")
    figure = page.locator(WAITING).last
    assert figure.get_by_text("The picture needs JavaScript. In words:").first.is_visible()
    assert not figure.locator(".ub-plot").first.is_visible()
    assert not figure.get_by_text("The numbers, as a table").is_visible()
    context.close()


def test_without_javascript_there_are_words(browser, home):
    with opened(browser, f"{home}/{LESSON}", java_script_enabled=False) as page:
        figures = page.locator(WAITING)
        assert figures.count() > 0
        for at in range(figures.count()):
            words = figures.nth(at).locator("noscript > p").first
            assert words.is_visible()
            assert words.text_content().startswith("The picture needs JavaScript. In words:")
            assert not figures.nth(at).locator(".ub-plot").first.is_visible()
