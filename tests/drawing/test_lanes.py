from tests.drawing.runs import Run, busy
from unblocked.drawing.lanes import Piece, exclusive, joined, spent, thinned


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
