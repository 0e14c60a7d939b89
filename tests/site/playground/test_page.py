"""The playground's page answers to its controls."""

import json
import re
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.conftest import COURSE
from tests.site.playground.assets import ASSETS


@pytest.fixture(scope="module")
def address(site):
    return (site / "playground.html").as_uri()


@contextmanager
def visit(browser, address, **options):
    """Open the page; when it is left, nothing has been said on its console, and nothing was fetched from elsewhere."""
    context = browser.new_context(**{"reduced_motion": "reduce", **options})
    page, trouble, fetched = context.new_page(), [], []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(address)
    page.wait_for_selector("#playground[data-ready]")
    yield page
    assert trouble == []
    assert [url for url in fetched if not url.startswith(("file:", "data:"))] == []
    context.close()


@pytest.fixture
def page(browser, address):
    with visit(browser, address) as opened:
        yield opened


def customers(page):
    """The names of the lanes in the model's picture."""
    return page.locator(".ub-plot").first.locator("text.ub-wide").filter(has_text="customer")


def test_first_picture_is_that_of_the_first_lesson(page):
    expect(page.get_by_role("button", name="Five customers, one blocking route")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.locator(".pg-verdict")).to_contain_text(
        "The bottleneck is the event loop: each request keeps it for 500 ms of waiting, and only one at a time can"
    )
    expect(page.locator(".pg-verdict")).to_contain_text("at most 2.0 answers a second")
    expect(page.locator(".ub-plot").first).to_have_accessible_name(re.compile("waits for its turn 67 %"))
    expect(customers(page)).to_have_count(5)


def test_picture_follows_its_controls(page):
    page.get_by_label("Requests", exact=True).fill("3")
    expect(customers(page)).to_have_count(3)
    page.get_by_label("def in a worker thread", exact=True).check()
    expect(page.locator(".pg-verdict")).to_contain_text("Nothing is a bottleneck")
    expect(page.locator(".ub-key")).to_have_text("runs in a worker thread")
    page.get_by_label("Tokens for def routes").fill("1")
    expect(page.locator(".pg-verdict")).to_contain_text("one token, and each request takes one for 500 ms of waiting")
    expect(page.locator(".ub-key")).to_contain_text("waits for a thread")


def test_keyboard_is_enough(page):
    page.get_by_label("async def the call blocks").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("async def the call is awaited")).to_be_checked()
    expect(page.locator(".pg-code")).to_contain_text("await client.get(carrier)")
    page.get_by_label("Requests, slider").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("Requests", exact=True)).to_have_value("6")


def test_field_that_is_emptied_is_filled_again(page):
    field = page.get_by_label("Requests", exact=True)
    field.fill("")
    expect(customers(page)).to_have_count(5)
    field.fill("5000")
    field.blur()
    expect(field).to_have_value("300")


def test_nothing_to_do_is_nothing_to_draw(page):
    page.get_by_label("Each waits for a carrier").fill("0")
    expect(page.locator(".pg-verdict")).to_contain_text("Nobody waits and nobody computes")
    expect(page.locator(".ub-plot")).to_have_count(0)
    page.get_by_label("Each computes after that").fill("100")
    expect(customers(page)).to_have_count(5)


def test_only_what_matters_to_a_route_is_asked(page):
    tokens, processes = page.get_by_label("Tokens, slider"), page.get_by_label("Processes, slider")
    expect(tokens).to_be_hidden()
    page.get_by_label("def in a worker thread", exact=True).check()
    expect(tokens).to_be_visible()
    expect(processes).to_be_hidden()
    page.get_by_label("async def computes in a process pool").check()
    expect(processes).to_be_visible()


def test_link_keeps_the_settings(page, browser):
    page.get_by_label("def in a worker thread", exact=True).check()
    page.get_by_label("Requests", exact=True).fill("45")
    page.get_by_label("Each waits for a carrier").fill("250")
    told = page.locator(".pg-verdict").inner_text()
    with visit(browser, page.url) as other:
        expect(other.get_by_label("Requests", exact=True)).to_have_value("45")
        expect(other.get_by_label("Each waits for a carrier")).to_have_value("250")
        expect(other.get_by_label("def in a worker thread", exact=True)).to_be_checked()
        assert other.locator(".pg-verdict").inner_text() == told


def test_link_is_copied(browser, address):
    with visit(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.get_by_role("button", name="Copy a link to this").click()
        expect(page.locator(".pg-copied")).not_to_be_empty()
        assert "route=blocking&requests=5&every=0" in page.url


def test_strange_link_does_no_harm(browser, address):
    with visit(browser, f"{address}#route=%3Cb%3E&requests=1e99&waits=%3Cscript%3E") as page:
        expect(page.get_by_label("Requests", exact=True)).to_have_value("300")
        expect(page.get_by_label("async def the call blocks")).to_be_checked()


def presets():
    found = re.search(r"presets = (\[.*\]);", (ASSETS / "presets.js").read_text(), re.DOTALL)
    return json.loads(found[1])


def test_every_preset_was_run_for_real(page):
    for preset in presets():
        page.get_by_role("button", name=preset["title"], exact=True).click()
        expect(page.locator(".pg-preset[aria-pressed=true]")).to_have_text(preset["title"])
        expect(page.locator(".pg-was").first).to_contain_text("measured: ")
        expect(page.locator(".ub-plot")).to_have_count(2)
        expect(page.locator(".pg-where")).to_contain_text("fastapi")
    page.get_by_label("Workers uvicorn processes").fill("2")
    expect(page.locator(".pg-was")).to_have_count(0)
    expect(page.locator(".ub-plot")).to_have_count(1)


def test_presets_lead_to_sections_of_lessons(page, site):
    for preset in presets():
        page.get_by_role("button", name=preset["title"], exact=True).click()
        expect(page.locator(".pg-where a")).to_have_attribute("href", preset["lesson"])
        file, _, anchor = preset["lesson"].partition("#")
        assert f'id="{anchor}"' in (site / file).read_text()


def test_crowd_is_drawn_as_an_area(page):
    page.get_by_label("Requests", exact=True).fill("200")
    expect(page.locator(".ub-plot")).to_contain_text("Requests at each place, over time")
    expect(page.locator(".pg-figures")).to_contain_text("99th percentile")


def test_numbers_are_there_as_a_table(page):
    page.get_by_text("The numbers, as a table").click()
    rows = page.locator(".ub-table").first.get_by_role("row")
    expect(rows).to_have_count(6)
    expect(rows.nth(5)).to_have_text("50 ms2.50 s500 ms2.00 s")
    page.get_by_label("Requests", exact=True).fill("3")
    expect(page.locator(".ub-table").first).to_be_visible()


def test_picture_plays_to_its_end(browser, address):
    with visit(browser, address, reduced_motion="no-preference") as page:
        page.get_by_role("button", name="Play it").click()
        expect(page.locator(".pg-playing")).to_have_count(1)
        expect(page.locator(".pg-playing")).to_have_count(0)
        assert page.locator(".pg-end").last.is_visible()


def test_nothing_moves_for_who_wants_no_motion(page):
    expect(page.get_by_role("button", name="Play it")).to_be_hidden()
    page.get_by_role("button", name="The 41st customer").click()
    expect(page.locator(".pg-playing")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(scheme, browser, address):
    with visit(browser, address, color_scheme=scheme, viewport={"width": 390, "height": 800}) as page:
        for preset in presets():
            page.get_by_role("button", name=preset["title"], exact=True).click()
            assert page.evaluate("document.documentElement.scrollWidth") == 390
        found = Axe().run(page, context="#playground", options={"preload": False}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_page_says_what_it_needs_without_a_script():
    assert "<noscript>The playground is computed by a script" in (COURSE / "docs" / "playground.md").read_text()


def test_playground_weighs_little():
    assert sum(len(path.read_bytes()) for path in ASSETS.iterdir()) < 100_000
