"""The drawings of figures in files of their own: what leaves a page, and what stays."""

import json
import re

import pytest

from tests.drawing.runs import Run, blocking, busy, threaded
from unblocked.drawing.picture import timeline
from unblocked.site.drawings import SMALL, Drawings

RUNS = {
    "lanes": timeline(blocking(25)),
    "thin": timeline(threaded(60)),
    "area": timeline(busy(500)),
    "two": timeline(threaded(5), beside=blocking(5)),
    "marked": timeline(blocking(9), mark=[("id-3", 5001.0, 5001.5, 'nobody is served "meanwhile" & waits')]),
}
HOLDER = r'(<svg class="ub-plot"[^>]*>|<div class="ub-scroll"[^>]*>)'


@pytest.fixture(params=RUNS)
def figure(request):
    return RUNS[request.param].html


def whole(shown, script):
    """Do what `docs/assets/site.js` does: put every part into its place."""
    assert script.startswith("drawn(")
    assert script.endswith(")\n")
    frame, *held = re.split(HOLDER, re.sub(r' data-drawing="[^"]+"|<noscript>.*?</noscript>', "", shown))
    parts = json.loads(script.removeprefix("drawn(").removesuffix(")\n"))
    assert len(held) == 2 * len(parts)
    return frame + "".join(f"{tag}{part}{rest}" for tag, part, rest in zip(held[::2], parts, held[1::2], strict=True))


def test_page_and_script_are_the_whole_figure(figure):
    drawings = Drawings()
    shown = drawings.taken_from(f"<p>before</p>{figure}<p>after</p>")
    (name,) = re.findall(r'<figure data-drawing="drawings/([^"]+)" class="ub"', shown)
    assert whole(shown, drawings.scripts[name]) == f"<p>before</p>{figure}<p>after</p>"


def test_drawings_and_tables_leave_the_page(figure):
    shown = Drawings().taken_from(figure)
    assert re.findall(rf"{HOLDER}(?!</(?:svg|div)>)", shown) == []
    assert "<td" not in shown


def test_words_and_room_stay(figure):
    shown = Drawings().taken_from(figure)
    for kept in (r'<svg class="ub-plot"[^>]*>', r'<p class="ub-said">.*?</p>', r'<div class="ub-key">.*?</div>'):
        assert re.findall(kept, figure)
        assert set(re.findall(kept, figure)) <= set(re.findall(kept, shown))
    assert re.findall(r'<svg class="ub-plot"[^>]* style="height:[\d.]+px"', shown)


def test_each_picture_is_told_without_javascript(figure):
    shown = Drawings().taken_from(figure)
    spoken = re.findall(r'aria-label="([^"]+)"', shown)
    told = re.findall(r"<noscript><p[^>]*>The picture needs JavaScript. In words: (.*?)</p></noscript><svg", shown)
    assert told == spoken != []


def test_what_stays_does_not_grow_with_the_run():
    few, many = (timeline(threaded(n)).html for n in (12, 120))
    less, more = (len(Drawings().taken_from(html)) for html in (few, many))
    assert more - less < SMALL < 10 * SMALL < len(many) - len(few)


def test_small_figure_stays_in_the_page():
    drawings, figure = Drawings(), timeline(Run().add("/a", 0.5)).html
    inside = sum(len(part) for part in re.findall(rf"{HOLDER}(.*?)</(?:svg><p|div>)", figure) for part in part[1:])
    assert 0 < inside <= SMALL
    assert drawings.taken_from(figure) == figure
    assert drawings.scripts == {}


def test_other_html_stays_as_it_is():
    html = '<div class="ub-verdict"><svg><g/></svg></div><figure class="other"><svg></svg></figure>'
    assert Drawings().taken_from(html) == html


def test_same_drawing_has_one_file():
    drawings = Drawings()
    for title in ("one", "other"):
        drawings.taken_from(timeline(busy(200), title=title).html)
    assert len(drawings.scripts) == 1
    drawings.taken_from(timeline(busy(201)).html)
    assert len(drawings.scripts) == 2


def test_figure_without_an_end_is_a_mistake():
    with pytest.raises(ValueError, match="A `<svg>` of a figure has no end"):
        Drawings().taken_from('<figure class="ub"><svg class="ub-plot"><g></figure>')
