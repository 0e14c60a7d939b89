"""The playground's model alone: what it computes, and that it looks as the course does."""

import random

import pytest

from tests.site.playground.assets import ASSETS
from unblocked.drawing import units
from unblocked.drawing.look import style
from unblocked.drawing.palette import LOOKS
from unblocked.percentiles import percentile


@pytest.mark.parametrize(
    ("given", "slowest"),
    [
        ({"route": "def", "requests": 3, "waits": 0, "computes": 100}, 300),  # one GIL
        ({"route": "def", "requests": 4, "waits": 0, "computes": 100, "workers": 2}, 200),  # two GILs on two cores
        ({"route": "def", "requests": 4, "waits": 0, "computes": 100, "workers": 2, "cores": 1}, 400),
        ({"route": "processes", "requests": 3, "waits": 0, "computes": 100}, 200),
        ({"route": "processes", "requests": 4, "waits": 0, "computes": 100, "processes": 4}, 200),  # on two cores
        ({"route": "processes", "requests": 4, "waits": 0, "computes": 100, "processes": 4, "cores": 4}, 100),
        ({"route": "awaiting", "requests": 4, "waits": 500, "computes": 100}, 900),
        ({"route": "blocking", "requests": 4, "waits": 500, "computes": 100, "workers": 2}, 1200),
    ],
    ids=str,
)
def test_computing_takes_its_share(given, slowest, model):
    assert model("run", given)["figures"]["slowest"] == pytest.approx(slowest)


def test_answer_of_a_def_route_needs_a_token_again(model):
    lanes = model("run", {"route": "def", "requests": 3, "tokens": 1})["lanes"]
    assert [lane["done"] for lane in lanes] == [1500, 1500, 1500]  # each check stands behind those who came before it
    assert [piece["place"] for piece in lanes[0]["pieces"]] == ["thread", "token"]


def test_no_time_is_lost_or_counted_twice(model):
    chance = random.Random(7)
    for kind in ("blocking", "awaiting", "def", "processes"):
        given = {"route": kind, "requests": 60, "tokens": 7, "processes": 3, "workers": 2, "cores": 3}
        arrivals = [
            {"due": n * 20, "waits": chance.randrange(300), "computes": chance.randrange(60)} for n in range(60)
        ]
        for lane, arrival in zip(model("simulate", given, arrivals), arrivals, strict=True):
            edges = [lane["due"], *(edge for p in lane["pieces"] for edge in (p["start"], p["end"])), lane["done"]]
            assert edges == sorted(edges)
            assert edges[::2] == pytest.approx(edges[1::2])  # each piece begins where the one before ends
            spent = lane["done"] - lane["due"]
            assert spent == pytest.approx(arrival["waits"] + arrival["computes"] + sum(lane["lost"].values()))


def test_percentiles_are_the_courses_own(model):
    chance = random.Random(7)
    for many in (1, 2, 5, 20, 41, 100):
        values = [chance.randrange(1000) for _ in range(many)]
        for p in (50, 90, 95, 99, 100):
            assert model("percentile", values, p) == percentile(sorted(values), p)


@pytest.mark.parametrize(
    ("given", "name", "ceiling"),
    [
        ({"route": "blocking"}, "loop", 2),
        ({"route": "def"}, None, None),
        ({"route": "def", "requests": 41}, "token", 80),
        ({"route": "def", "requests": 41, "waits": 0, "computes": 100}, "gil", 10),
        ({"route": "def", "computes": 100, "tokens": 1}, "token", pytest.approx(1.67, abs=0.01)),
        ({"route": "awaiting", "requests": 300}, None, None),
        ({"route": "awaiting", "computes": 100}, "loop", 10),
        ({"route": "processes", "waits": 0, "computes": 100, "cores": 8}, "process", 20),
        ({"route": "processes", "waits": 0, "computes": 100, "processes": 8}, "cores", 20),
        ({"route": "blocking", "every": 500, "requests": 9}, None, None),  # each is done when the next one comes
    ],
    ids=str,
)
def test_bottleneck_is_named(given, name, ceiling, model):
    found = model("run", given)["bottleneck"]
    assert found == (name and {"name": name, "ceiling": ceiling})


def test_loop_is_late_by_all_that_stands_before(model):
    assert model("late", model("run", {})["lanes"]) == [[0, 2500]]
    assert model("late", model("run", {"route": "awaiting", "waits": 100, "computes": 50})["lanes"]) == [[100, 350]]


def test_what_is_out_of_bounds_is_brought_back(model):
    wild = {"route": "toString", "requests": "1e9", "waits": "-3", "computes": "x", "tokens": "", "cores": "2.4"}
    assert model("sane", wild) == model("sane", {"requests": 300, "waits": 0, "cores": 2})


def test_palette_is_the_courses_own(drawn):
    for place, look in drawn("pg.LOOKS").items():
        own = LOOKS[place]
        pattern = look.get("pattern", "")
        assert (look["name"], look["colour"], look["tall"], pattern) == (own.name, own.colour, own.tall, own.pattern)
        assert look.get("slanted", False) == own.slanted
    assert list(drawn("pg.LOOKS")) == [place for place in LOOKS if place in drawn("pg.LOOKS")]


def test_style_is_the_courses_own(site):
    assert style() in (site / "lessons" / "outputs.css").read_text()
    assert ".ub.ub" not in (ASSETS / "playground.css").read_text()


def test_times_are_written_as_in_the_course(drawn):
    times = [0, 0.4, 9.996, 99.96, 506.1, 999.4, 999.6, 2500, 75_000]
    assert drawn(f"{times}.map(pg.duration)") == [units.duration(time / 1000) for time in times]
    for span in (3, 500, 999.6, 2600, 75_000):
        marks = [[pytest.approx(at * 1000), words] for at, words in units.ticks(span / 1000)]
        assert drawn(f"pg.ticks({span})") == marks
