import pytest

from tests.drawing.runs import ZERO, Run, threaded
from unblocked.drawing.lanes import Piece
from unblocked.drawing.occupancy import averages, occupancy, served, threads
from unblocked.drawing.view import View
from unblocked.records import Stretch, Trace


def test_averages_count_parts_of_slots():
    pieces = [Piece("loop", 0.5, 3.25), Piece("loop", 1.0, 2.0), Piece("loop", 3.5, 3.75)]
    assert averages(pieces, span=4.0, slots=4) == pytest.approx([0.5, 2, 1, 0.5])


def test_averages_end_with_the_span():
    assert averages([Piece("loop", 0.0, 9.0)], span=4.0, slots=4) == pytest.approx([1, 1, 1, 1])


def test_everyone_is_somewhere():
    view = View(threaded(60))
    total = map(sum, zip(*occupancy(view, span=view.span, slots=10).values(), strict=True))
    assert list(total) == pytest.approx([60] * 5 + [20] * 5)


def test_forty_are_served_at_once():
    assert served(View(threaded(60))) == 40


def test_threads_rise_and_fall():
    run = Run().add("/a", 0.6, ("thread", 0.1, 0.5)).add("/b", 0.6, ("thread", 0.2, 0.6))
    assert [(round(when, 6), count) for when, count in threads(View(run))] == [(0.1, 1), (0.2, 2), (0.5, 1), (0.6, 0)]


def test_threads_of_others_count():
    run = threaded(2)
    run.recording.traces.append(Trace("other", "GET", "/", ZERO, stretches=[Stretch("thread", ZERO, ZERO + 9)]))
    assert max(count for _, count in threads(View(run))) == 3
