import doctest
import importlib
import pkgutil
import re

import pytest

from tests.drawing.pictures import ids, parsed
from tests.drawing.runs import ZERO, Run, blocking, busy, threaded
from unblocked import drawing
from unblocked.drawing import Timeline, standalone_svg, style, timeline

EVIL = '"><script>alert(1)</script>\n\n</svg>'


def test_words_of_others_are_escaped():
    run = Run(title=EVIL).add(EVIL, 0.5, ("loop", 0.0, 0.5, EVIL), cause=EVIL)
    picture = timeline(run, mark=[("id-0", ZERO, ZERO + 0.5, EVIL)])
    assert parsed(picture).find(".//script") is None
    assert "<script" not in picture.html
    assert "\n\n" not in picture.html


def test_words_of_others_are_escaped_in_a_crowd():
    run = Run()
    for _ in range(60):
        run.add(EVIL, 0.5, ("loop", 0.0, 0.5, EVIL), cause=EVIL)
    assert parsed(timeline(run)).find(".//script") is None
    assert "<script" not in timeline(run).html


def test_control_characters_make_no_broken_file():
    parsed(timeline(Run(title="a\x00b\x1b[31m").add("/\x07", 0.5)))


@pytest.mark.parametrize("many", [1, 5, 25, 26, 60, 120, 121, 1000])
def test_file_is_well_formed(many):
    parsed(timeline(busy(many), beside=threaded(many)))


@pytest.mark.parametrize(("many", "most"), [(5, 12_000), (25, 40_000), (120, 60_000), (1000, 40_000), (10_000, 60_000)])
def test_size_is_bounded(many, most):
    assert len(timeline(busy(many)).svg.encode()) < most


def test_size_is_bounded_for_long_streams():
    run = Run().add("/events", 20.0, *(("loop", n / 1000, n / 1000 + 0.0002) for n in range(20_000)))
    assert len(timeline(run).svg.encode()) < 60_000


def test_size_is_bounded_for_strips():
    run = blocking()
    run.recording.lag = [(ZERO + n / 40_000, 0.006) for n in range(100_000)]
    assert len(timeline(run).svg.encode()) < 20_000


def test_size_is_bounded_for_many_threads():
    run = Run()
    for n in range(5000):
        run.add("/a", n / 10 + 0.1, ("thread", n / 10, n / 10 + 0.09), due=n / 10)
    assert len(timeline(run).svg.encode()) < 30_000


@pytest.mark.parametrize("many", [5, 60, 1000])
def test_same_data_gives_same_bytes(many):
    assert timeline(busy(many)).html == timeline(busy(many)).html
    assert timeline(threaded(many, tokens=4)).html == timeline(threaded(many, tokens=4)).html
    assert timeline(threaded(many, tokens=4)).svg == timeline(threaded(many, tokens=4)).svg


def test_clock_does_not_show():
    early, late = timeline(blocking(zero=1024.0)), timeline(blocking(zero=65536.0))
    assert early.html == late.html


def test_two_figures_share_no_id():
    one, other = ids(timeline(threaded(60)).html), ids(timeline(threaded(61)).html)
    assert one
    assert not set(one) & set(other)


def test_every_pattern_used_is_defined():
    picture = timeline(threaded(60))
    for text in (picture.html, picture.svg):
        used = set(re.findall(r"url\(#([^)]+)\)", text))
        assert used
        assert used <= set(ids(text))


def test_nothing_comes_from_elsewhere():
    html = timeline(threaded(60), beside=blocking()).html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in html


def test_figure_has_no_empty_line():
    assert "\n\n" not in timeline(busy(1000), beside=threaded(60)).html


def test_width_outranks_the_site():
    own = style().partition(".ub.ub {")[2].partition("}")[0]
    assert "width:100%;" in own
    assert "--ub-paper:var(--jp-layout-color0" in own


def test_notebook_gets_html_and_text():
    bundle = timeline(blocking())._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/html"].startswith('<figure class="ub"')
    assert 'role="img"' in bundle["text/html"]


def test_image_has_its_own_light_and_dark():
    image = standalone_svg(blocking())
    assert image == timeline(blocking()).svg
    assert "prefers-color-scheme:dark" in image
    assert image.startswith('<svg xmlns="http://www.w3.org/2000/svg"')


def test_title_takes_the_place_of_the_runs():
    assert timeline(blocking(), title="Five customers").title == "Five customers"
    assert (
        '<figcaption class="ub-title">Five customers</figcaption>' in timeline(blocking(), title="Five customers").html
    )


def test_short_form_says_how_it_went():
    assert repr(timeline(blocking())).startswith("<Timeline 'blocking': Five requests, five answered; median 1.50 s")
    assert isinstance(timeline(blocking()), Timeline)


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(drawing.__path__)])
def test_examples_in_docstrings_hold(name):
    module = importlib.import_module(f"unblocked.drawing.{name}")
    assert doctest.testmod(module).failed == 0
