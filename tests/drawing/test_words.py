from itertools import pairwise

import pytest

from tests.drawing.pictures import parsed, tooltips, words
from tests.drawing.runs import Run, blocking, busy, threaded
from unblocked.drawing import timeline
from unblocked.drawing.units import duration, ticks


def test_lanes_have_number_and_path():
    assert "3 /quotes/7" in words(timeline(blocking()))


def test_method_is_named_where_mixed():
    run = Run().add("/a", 0.1).add("/a", 0.1, method="POST")
    assert {"1 GET /a", "2 POST /a"} <= set(words(timeline(run)))


def test_lane_ends_with_its_duration():
    assert {"500 ms", "2.50 s"} <= set(words(timeline(blocking())))


def test_duration_counts_from_when_due():
    run = Run().add("/a", 0.1).add("/b", 1.0, due=0.25)
    assert "750 ms" in words(timeline(run))


def test_failure_is_said_in_words():
    run = Run().add("/a", 0.3, ("loop", 0.0, 0.3), cause="status 500").add("/b", 0.5, cause="timeout", status=None)
    assert {"300 ms ✕ status 500", "500 ms ✕ timeout"} <= set(words(timeline(run)))


def test_work_after_leaving_is_said():
    run = Run().add("/a", 0.5, ("thread", 0.0, 2.0), cause="timeout", status=None)
    assert "500 ms ✕ timeout, then busy" in words(timeline(run))


def test_bar_tells_place_and_numbers():
    assert "2 GET /quotes/7: waits for its turn, 500 ms (0 ms to 500 ms)" in tooltips(timeline(blocking()))


def test_description_says_the_essential():
    spoken = parsed(timeline(blocking())).get("aria-label")
    assert "Five requests, one after another: the first done after 500 ms, the last after 2.50 s." in spoken
    assert "waits for its turn 67 %, runs on the event loop 33 %" in spoken


def test_description_says_all_at_once():
    assert "Five requests, all at once" in parsed(timeline(threaded())).get("aria-label")


def test_description_says_forty_at_a_time():
    assert "60 requests, at most 40 at the same time" in parsed(timeline(threaded(60))).get("aria-label")


def test_description_counts_failures_by_cause():
    run = (
        Run().add("/a", 1).add("/a", 1, cause="timeout").add("/a", 1, cause="timeout").add("/a", 1, cause="status 500")
    )
    assert "Three failed (two timeout, one status 500)." in timeline(run).html


def test_summary_has_the_percentiles():
    expected = "Five requests, five answered; median 1.50 s, slowest 2.50 s; 2.0 answers a second."
    assert expected in timeline(blocking()).html


def test_unrecorded_run_says_so():
    picture = timeline(Run(recording=None).add("/a", 0.5))
    assert "Where they were is not recorded." in picture.svg
    assert "in flight, not recorded" in words(picture)


def test_legend_has_only_places_seen():
    picture = words(timeline(threaded()))
    assert "runs in a worker thread" in picture
    assert "waits in the broker" not in picture


def test_legend_leaves_out_what_is_too_short():
    run = Run().add("/a", 1.0, ("loop", 0.0001, 1.0))
    assert "waits for its turn" not in words(timeline(run))


def test_table_has_seconds_at_places():
    html = timeline(blocking()).html
    assert '<th scope="col" class="ub-n">waits for its turn</th>' in html
    assert '<td>GET /quotes/7</td><td class="ub-n">0 ms</td><td class="ub-n">2.50 s</td><td>status 200</td>' in html


def test_large_table_has_those_that_stand_for_all():
    html = timeline(busy(1000)).html
    assert "These stand for all 1,000." in html
    assert html.count("<tr>") < 10


@pytest.mark.parametrize("several", [1, 2])
def test_no_request_is_said_clearly(several):
    picture = timeline(Run(), beside=Run() if several == 2 else None)
    for text in (picture.html, picture.svg, str(picture)):
        assert text.count("No request was sent: there is nothing to draw.") >= several
    assert "ub-plot" not in picture.html.partition("</style>")[2]


def test_empty_run_beside_a_full_one():
    picture = timeline(blocking(), beside=Run(title="before"))
    assert "No request was sent" in picture.html
    assert "5 /quotes/7" in words(picture)


def test_what_was_dropped_is_said():
    run = blocking()
    run.recording.dropped = 12
    assert "The recorder had no room for 12 of what it saw." in timeline(run).html


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 ms"), (0.00042, "0.42 ms"), (0.0999999, "100 ms"), (0.9996, "1.00 s"), (9.996, "10.0 s"), (120, "120 s")],
)
def test_durations_change_unit_at_one_second(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize("span", [1e-6, 0.0013, 0.03, 0.5, 0.9999, 1.0, 2.53, 47, 3600])
def test_ticks_are_few_even_and_inside(span):
    marks = [at for at, _ in ticks(span)]
    assert 3 <= len(marks) <= 7
    assert marks[0] == 0
    assert marks[-1] <= span * 1.000001
    assert len({round((b - a) / span, 4) for a, b in pairwise(marks)}) == 1


def test_run_that_failed_whole_has_no_median():
    run = Run()
    for _ in range(200):
        run.add("/a", 0.5, cause="timeout", status=None)
    for text in (timeline(run).html, str(timeline(run))):
        assert "200 requests, none answered, 200 failed (timeout)." in text
        assert "first failed" in text
        assert "median" not in text


def test_few_requests_have_no_high_percentile():
    assert "95th percentile" not in timeline(blocking(19)).html
    assert "95th percentile" in timeline(blocking(20)).html
