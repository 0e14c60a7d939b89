"""The home page's picture: every bar moves when it was recorded, and stands still where it should."""

import re
import shutil
import xml.etree.ElementTree as ET

import pytest

from benchmarks.motion import LEAST, moving_svg
from tests.conftest import COURSE
from tests.drawing.runs import blocking, threaded
from unblocked.drawing.palette import LOOKS

FILE = COURSE / "docs" / "pictures" / "five_customers_moving.svg"
SVG = "{http://www.w3.org/2000/svg}"


def bars(picture):
    return [bar for bar in picture.iter(f"{SVG}rect") if bar.get("class") == "g"]


def timed(bar):
    return [float(number) for number in re.findall(r"--\w+:([\d.]+)s", bar.get("style"))]


@pytest.fixture(params=["file", "drawn"])
def picture(request):
    text = FILE.read_text() if request.param == "file" else moving_svg(threaded(5), beside=blocking())
    return ET.fromstring(text)


def test_bars_move_when_they_were_recorded(picture):
    assert bars(picture)
    first = min(float(bar.get("x")) for bar in bars(picture))
    wide, lasts = max((float(bar.get("width")), timed(bar)[1]) for bar in bars(picture))
    scale = wide / lasts
    for bar in bars(picture):
        at, lasts = timed(bar)
        assert float(bar.get("x")) == pytest.approx(first + at * scale, abs=3)
        assert float(bar.get("width")) == pytest.approx(lasts * scale, abs=3)


def test_only_what_is_drawn_is_explained(picture):
    colours = {bar.get("fill") for bar in bars(picture)}
    words = {text.text for text in picture.iter(f"{SVG}text")}
    assert {look.name for look in LOOKS.values() if look.name in words} == {
        look.name for look in LOOKS.values() if look.colour in colours and look.name in words
    }
    assert colours <= {look.colour for look in LOOKS.values() if look.name in words}


def test_it_is_told_in_words(picture):
    assert picture.get("role") == "img"
    assert "one after another" in picture.get("aria-label")
    assert "all at once" in picture.get("aria-label")


def test_it_needs_no_script_and_nothing_else():
    text = FILE.read_text()
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert len(text.encode()) < 12_000


def test_who_wants_no_motion_gets_none():
    text = FILE.read_text()
    assert "@media (prefers-reduced-motion:reduce) { .g,.e,.c { animation:none; } }" in text
    assert "@media print { .g,.e,.c { animation:none; } }" in text
    home = (COURSE / "docs" / "index.md").read_text()
    for look in ("light", "dark"):
        still = f'<source media="(prefers-reduced-motion: reduce)" srcset="pictures/{FILE.name}#still-{look}">'
        assert f'{still}\n<img src="pictures/{FILE.name}#only-{look}"' in home
        assert f'<g id="still-{look}"/>' in text
    assert len(re.findall(r'<img [^>]*alt="[^"]{80,}"', home)) == 2


def test_short_pieces_are_left_out(picture):
    widths = [float(bar.get("width")) for bar in bars(picture)]
    assert min(widths) >= LEAST * max(widths)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_end_is_the_whole_picture(look):
    sync = pytest.importorskip("playwright.sync_api")
    if shutil.which("chromium") is None:
        pytest.skip("There is no `chromium`: pages are not looked at.")
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{FILE.as_uri()}#still-{look}")
        assert page.evaluate("document.getAnimations().length") == 0
        page.goto("about:blank")
        page.goto(f"{FILE.as_uri()}#only-{look}")
        page.wait_for_function("document.getAnimations().every(each => each.playState === 'finished')")
        wide = page.evaluate("[...document.querySelectorAll('.g')].map(bar => bar.getBoundingClientRect().width)")
        drawn = page.evaluate("[...document.querySelectorAll('.g')].map(bar => bar.width.baseVal.value)")
        assert wide == pytest.approx(drawn, rel=0.01)
        browser.close()
