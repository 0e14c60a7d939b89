import re
from itertools import pairwise

import pytest

from tests.drawing.pictures import bars, parsed, tooltips, words
from tests.drawing.runs import ZERO, Run, blocking, busy, threaded
from unblocked.drawing import timeline
from unblocked.drawing.crowd import ordered
from unblocked.drawing.view import View


def test_red_bars_do_not_overlap():
    red = sorted(bars(timeline(blocking()), "runs on the event loop"))
    assert len(red) == 5
    assert all(left[1] <= right[0] + 0.01 for left, right in pairwise(red))


def test_bars_of_threads_overlap():
    green = bars(timeline(threaded()), "worker thread")
    assert len(green) == 5
    assert max(start for start, *_ in green) < min(end for _, end, *_ in green)


def test_bar_is_as_long_as_its_share():
    (left, right, *_) = bars(timeline(blocking()), "2 GET /quotes/7: runs on the event loop")[0]
    assert (left, right) == pytest.approx((20, 40))


def test_two_runs_have_one_scale():
    picture = timeline(threaded(), beside=blocking())
    red = bars(picture, "1 GET /quotes/7: runs on the event loop")[0]
    green = bars(picture, "1 GET /quotes/def: runs in a worker thread")[0]
    assert red[1] == pytest.approx(green[1])
    assert red[1] == pytest.approx(20)


def test_run_beside_comes_first():
    names = words(timeline(threaded(), beside=blocking()))
    assert names.index("blocking") < names.index("threaded")


def test_very_short_stretch_is_two_pixels():
    run = Run().add("/a", 1.0, ("loop", 0.0, 0.0001), ("upstream", 0.0001, 1.0))
    sliver = next(rect for rect in parsed(timeline(run)).iter() if rect.get("width") == "2")
    assert "0.10 ms" in sliver[0].text


def test_parallel_calls_share_the_height():
    calls = [("upstream", 0.0, 0.5), ("upstream", 0.0, 0.4), ("upstream", 0.1, 0.3)]
    three = bars(timeline(Run().add("/a", 0.5, *calls)), "another service")
    assert len({top for _, _, top, _ in three}) == 3
    assert all(above[3] <= below[2] for above, below in pairwise(sorted(three, key=lambda bar: bar[2])))


def test_calls_in_turn_keep_the_height():
    calls = [("upstream", 0.0, 0.2), ("upstream", 0.0, 0.2), ("upstream", 0.2, 0.4), ("upstream", 0.4, 0.6)]
    heights = [bar[3] - bar[2] for bar in sorted(bars(timeline(Run().add("/a", 0.6, *calls)), "another service"))]
    assert heights[0] == heights[1] < heights[2] == heights[3]


@pytest.mark.parametrize(("share", "fits"), [(0.9, True), (0.5, True), (0.35, False), (0.1, False)])
def test_words_in_a_bar_fit_on_the_narrowest_wide_page(share, fits):
    address = "http://127.0.0.1:40123/carriers/swift/quote?parcel=7"
    picture = timeline(Run().add("/quotes/7", 1.0, ("loop", 0.0, 1.0 - share), ("upstream", 1.0 - share, 1.0, address)))
    left, right = (int(re.search(rf"--ub-{side}:(\d+)px", picture.html)[1]) for side in "lr")
    letters = share * (560 - left - right) / 6.4
    assert fits == (len("/carriers/swift/quote") + 2 < letters) == ("/carriers/swift/quote" in words(picture))
    assert address in "".join(tooltips(picture))  # whole where the pointer rests


@pytest.mark.parametrize(("share", "fits"), [(0.5, True), (0.3, False)])
def test_words_on_a_pattern_need_more_room_and_have_a_ground(share, fits):
    run = Run().add("/a", 1.0, ("loop", 0.0, 1.0 - share), ("connection", 1.0 - share, 1.0, "from the pool"))
    picture = timeline(run)
    grounds = [shape for shape in parsed(picture).iter() if shape.get("class") == "ub-ground"]
    assert [float(ground.get("width")) > len("from the pool") * 6 for ground in grounds] == [True] * fits
    assert ("from the pool" in words(picture)) == fits


def test_words_on_a_plain_bar_have_no_ground():
    picture = timeline(Run().add("/a", 1.0, ("upstream", 0.0, 1.0, "/rates")))
    assert "/rates" in words(picture)
    assert not [shape for shape in parsed(picture).iter() if shape.get("class") == "ub-ground"]


def test_low_bars_have_no_words():
    picture = timeline(Run().add("/a", 1.0, ("await", 0.0, 1.0, "sleep")))
    assert "sleep" not in words(picture)
    assert "sleep" in "".join(tooltips(picture))


def test_words_in_chosen_lanes_fit_as_well():
    fits, is_too_long = "/carriers/swift/quote", "/carriers/" + "x" * 100
    run = Run()
    for n in range(1000):
        due = n / 500
        run.add("/a", due + 0.5, ("upstream", due, due + 0.5, is_too_long if n % 2 else fits), due=due)
    assert fits in words(timeline(run))
    assert is_too_long not in words(timeline(run))


def test_loop_is_painted_over_the_rest():
    run = Run().add("/a", 0.5, ("loop", 0.2, 0.3), ("thread", 0.1, 0.5), ("upstream", 0.0, 0.5))
    places = [words.split(": ")[1].split(",")[0] for words in tooltips(timeline(run)) if "/a" in words]
    assert places == ["waits for another service", "runs in a worker thread", "runs on the event loop"]


def test_places_differ_without_colour():
    run = Run().add("/a", 2, ("loop", 0, 0.5), ("thread", 0.5, 1), ("upstream", 1, 1.5), ("loop", 1.9, 2))
    picture = timeline(run)
    kinds = ("event loop", "worker thread", "another service", "something else")
    heights = [round(bars(picture, kind)[0][3] - bars(picture, kind)[0][2], 2) for kind in kinds]
    assert len(set(heights)) == 4


def test_waiting_for_thread_is_hatched():
    pattern = next(shape for shape in parsed(timeline(threaded(60))).iter() if shape.get("id", "").endswith("-token"))
    assert [shape.get("class") for shape in pattern] == [None, "ub-paper"]


def test_crowd_puts_those_who_wait_last():
    run = threaded(60)
    run.requests = run.requests[40:] + run.requests[:40]
    lanes = ordered(View(run))
    assert [lane.done < 0.6 for lane in lanes] == [True] * 40 + [False] * 20


def test_crowd_draws_forty_and_twenty():
    picture = timeline(threaded(60))
    paths = [path for path in parsed(picture).iter() if path.get("fill", "").endswith("-token)")]
    crowd = next(path.get("d") for path in paths if path.get("d"))
    assert crowd.count("M") == 20
    assert {"1", "10", "40", "60"} <= set(words(picture))


def test_thread_limit_is_drawn_when_near():
    assert "stroke-dasharray" in timeline(threaded(40)).svg
    assert "stroke-dasharray" not in timeline(threaded(5)).svg


def test_threads_in_use_are_counted():
    assert "up to 40 of 40" in words(timeline(threaded(60)))


def test_lag_that_outlasts_the_run_is_cut():
    run = blocking(2)
    run.recording.lag = [(ZERO + 1.2, 0.6)]  # the run ends at 1.0
    assert "up to 400 ms" in timeline(run).svg


def test_lag_writes_its_maximum():
    assert {"loop is late", "up to 490 ms"} <= set(words(timeline(blocking())))


def test_quiet_loop_is_said_not_drawn():
    run = threaded()
    run.recording.lag = [(ZERO + 0.1, 0.0004)]
    picture = timeline(run)
    assert "loop is late" not in words(picture)
    assert "The event loop was never more than 0.40 ms late." in picture.html


def test_thousands_become_an_area():
    names = words(timeline(busy(1000)))
    assert {
        "Requests at each place, over time",
        "fastest",
        "median",
        "95th percentile",
        "slowest",
        "first failed",
    } <= set(names)


def test_area_counts_who_is_where():
    run = Run()
    for _ in range(200):
        run.add("/a", 1.0, ("upstream", 0.0, 0.5), ("thread", 0.5, 1.0))
    found = [text for text in tooltips(timeline(run)) if "200 requests at most, 50 % of all time" in text]
    assert len(found) == 2


def test_chosen_lanes_start_when_due():
    picture = timeline(busy(1000))
    assert max(bar[0] for bar in bars(picture, "another service")) < 10


def test_mark_outlines_and_says_why():
    start = ZERO + 0.5
    picture = timeline(blocking(), mark=[("id-1", start, start + 0.5, "held the loop")])
    box = next(rect for rect in parsed(picture).iter() if rect.get("stroke-dasharray"))
    assert (box.get("x"), box.get("width")) == ("20%", "20%")
    assert "▲ held the loop" in words(picture)
    assert "Request 2, 500 ms to 1.00 s: held the loop" in picture.html


def test_marked_request_is_among_the_chosen():
    picture = timeline(busy(1000), mark=[("id-700", ZERO + 1.4, ZERO + 1.41, "look here")])
    assert {"marked: 701", "▲ look here"} <= set(words(picture))


def test_request_of_no_time_is_drawn():
    assert "1 /a" in words(timeline(Run().add("/a", 0.0)))
    assert "200 requests" in str(timeline(Run([Run().add("/a", 0.0).requests[0]] * 200)))


def test_long_mark_is_said_whole_below():
    long = "this line holds the event loop, and while it does nobody else is looked at, however small the question is"
    picture = timeline(blocking(), mark=[("id-1", ZERO, ZERO + 0.5, long)])
    assert max(map(len, words(picture)[:12])) < 75
    assert long in picture.html
