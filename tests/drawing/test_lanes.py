import pytest

from tests.drawing.runs import Run, busy
from unblocked.drawing import timeline
from unblocked.drawing.lanes import Piece, exclusive, joined, spent, thinned
from unblocked.drawing.table import numbers
from unblocked.drawing.view import View


def only(run):
    (lane,) = joined(run)
    return [(piece.place, round(piece.start, 6), round(piece.end, 6)) for piece in lane.pieces]


def test_waiting_fills_time_before_server():
    run = Run().add("/a", 0.5, ("loop", 0.2, 0.5))
    assert only(run) == [("turn", 0.0, 0.2), ("loop", 0.2, 0.5)]


def test_unnamed_gap_is_awaited():
    run = Run().add("/a", 0.5, ("loop", 0.0, 0.1), ("loop", 0.4, 0.5))
    assert only(run) == [("loop", 0.0, 0.1), ("await", 0.1, 0.4), ("loop", 0.4, 0.5)]


def test_gap_under_another_stretch_is_none():
    run = Run().add("/a", 0.5, ("upstream", 0.0, 0.5), ("loop", 0.1, 0.2), ("loop", 0.3, 0.4))
    assert "await" not in [place for place, _, _ in only(run)]


def test_request_without_trace_is_in_flight():
    assert only(Run().add("/a", 0.5)) == [("flight", 0.0, 0.5)]


def test_run_without_recording_is_in_flight():
    run = Run(recording=None).add("/a", 0.5, ("loop", 0.0, 0.5))
    assert only(run) == [("flight", 0.0, 0.5)]


def test_lanes_are_numbered_as_due():
    run = Run().add("/late", 0.5, due=0.2).add("/early", 0.5)
    assert [(lane.number, lane.request.path) for lane in joined(run)] == [(1, "/early"), (2, "/late")]


def test_work_after_the_answer_is_kept():
    (lane,) = joined(Run().add("/a", 0.1, ("loop", 0.0, 0.1), ("thread", 0.1, 0.7)))
    assert (round(lane.done, 6), round(lane.end, 6)) == (0.1, 0.7)


def test_a_moment_is_counted_once():
    pieces = [Piece("upstream", 0, 3), Piece("upstream", 1, 4), Piece("loop", 2, 2.5)]
    assert spent(pieces) == {"upstream": 3.5, "loop": 0.5}


def test_thread_is_told_over_wait():
    told = exclusive([Piece("await", 0, 3), Piece("thread", 1, 2)])
    assert [(piece.place, piece.start, piece.end) for piece in told] == [
        ("await", 0, 1),
        ("thread", 1, 2),
        ("await", 2, 3),
    ]


def test_thinning_keeps_time_at_places():
    pieces = tuple(Piece("loop" if n % 4 == 0 else "await", n, n + 1) for n in range(4000))
    few = thinned(pieces, most=40)
    assert len(few) <= 40
    assert {place: round(seconds) for place, seconds in spent(few).items()} == {"await": 3000, "loop": 1000}


def test_ten_thousand_lanes_are_joined():
    assert len(joined(busy(10_000))) == 10_000


def test_unanswered_request_that_server_never_saw_waits_for_its_turn():
    run = Run().add("/quotes/7", 0.5, ("loop", 0.0, 0.5)).add("/health", 0.5, due=0.1, cause="no answer", status=None)
    _, health = joined(run)
    assert [(piece.place, round(piece.start, 6), round(piece.end, 6)) for piece in health.pieces] == [
        ("turn", 0.1, 0.5)
    ]


# What a request has meanwhile.


def with_a_connection():
    return Run().add("/a", 1.0, ("loop", 0.0, 0.1), ("held", 0.1, 0.9), ("upstream", 0.1, 0.8), ("loop", 0.9, 1.0))


def test_what_is_held_is_beside_the_places():
    [lane] = joined(with_a_connection())
    assert [(piece.start, piece.end) for piece in lane.held] == [(pytest.approx(0.1), pytest.approx(0.9))]
    assert [piece.place for piece in lane.pieces] == ["loop", "upstream", "await", "loop"]
    assert "held" not in View(with_a_connection()).spent


def test_what_is_held_is_named_and_told():
    view = View(with_a_connection())
    assert "held" in view.worth_naming
    table = numbers(view)
    assert table.rows[0][table.short.index("h held")] == "800 ms"


def test_what_is_held_is_drawn_along_the_lower_edge():
    drawn = timeline(with_a_connection()).html
    assert "has a connection, 800 ms (100 ms to 900 ms)" in drawn


def test_request_that_only_holds_is_in_flight():
    [lane] = joined(Run().add("/a", 1.0, ("held", 0.1, 0.9)))
    assert [piece.place for piece in lane.pieces] == ["flight"]


def test_leaked_connection_does_not_lengthen_the_picture():
    run = with_a_connection().add("/b", 0.5, ("loop", 0.0, 0.5), ("held", 0.1, 60.0, "still running"))
    assert View(run).span == pytest.approx(1.0)
    assert 'width="90%"' in timeline(run).html


def test_connection_is_told_over_the_thread_that_waits_for_it():
    run = Run().add("/a", 1.0, ("thread", 0.0, 1.0), ("connection", 0.1, 0.6), ("database", 0.6, 0.9))
    assert {place: round(seconds, 1) for place, seconds in View(run).spent.items()} == {
        "thread": 0.2,
        "connection": 0.5,
        "database": 0.3,
    }
