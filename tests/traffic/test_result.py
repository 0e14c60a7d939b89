"""Figures, from requests made by hand."""

import dataclasses
import math

import pytest

import unblocked
from tests.traffic.conftest import made
from unblocked.faults import Fault
from unblocked.records import Request
from unblocked.traffic import Result


def result(*times: float, **options) -> Result:
    return Result(requests=made(*times), **options)


def test_time_counts_from_when_it_was_due():
    late = Request("a-1", "GET", "/", due=10.0, sent=12.0, done=12.5, status=200)
    assert Result(requests=[late]).first == 2.5
    assert Result(requests=[late]).slowest == 2.5


def test_percentile_is_a_measured_time():
    hundred = result(*(n / 1000 for n in range(1, 101)))
    assert [hundred.percentile(p) for p in (1, 50, 50.5, 95, 99, 100)] == pytest.approx(
        [0.001, 0.050, 0.051, 0.095, 0.099, 0.100]
    )
    assert (hundred.median, hundred.p95, hundred.p99) == tuple(hundred.percentile(p) for p in (50, 95, 99))


def test_percentile_is_not_moved_by_rounding():
    thousand = result(*range(1, 1001))
    assert (thousand.percentile(32.2), thousand.percentile(99.9)) == (322, 999)


@pytest.mark.parametrize("p", [0, -1, 100.1, math.nan, "50", True])
def test_percentile_has_bounds(p):
    with pytest.raises(Fault, match="A percentile is a number above 0 and at most 100, not `"):
        result(1).percentile(p)


def test_failures_never_make_figures_look_better():
    slow = result(*[0.1] * 50, *[9.0] * 50)
    gave_up = Result(requests=[*made(*[0.1] * 49), *made(*[0.2] * 51, cause="timeout")])
    assert slow.p95 == 9.0
    assert (gave_up.median, gave_up.p95) == (math.inf, math.inf)
    assert gave_up.percentile(49) == pytest.approx(0.1)


def test_slowest_is_the_longest_wait_even_in_vain():
    assert Result(requests=[*made(0.1), *made(30.0, cause="timeout")]).slowest == 30.0


def test_first_is_the_answer_that_came_first():
    early, quick = made(3.0, due=100)[0], made(0.5, due=103)[0]
    refused = made(0.001, cause="refused")
    assert Result(requests=[*refused, early, quick]).first == 3.0
    assert Result(requests=refused).first == math.inf


def test_counts_and_causes():
    mixed = Result(requests=[*made(1, 2, 3), *made(1, cause="refused"), *made(1, 1, cause="status 500")])
    assert (mixed.answered, mixed.failed, mixed.success) == (3, 3, 0.5)
    assert mixed.causes == {"status 500": 2, "refused": 1}
    assert list(mixed.causes) == ["status 500", "refused"]


def test_throughput_of_a_burst_ends_with_the_last():
    assert result(0.5, 1.0, 2.0).throughput == pytest.approx(1.5)
    assert Result(requests=[*made(1.0, 1.0), *made(4.0, cause="timeout")]).throughput == pytest.approx(0.5)


def test_throughput_at_a_rate_is_not_above_the_rate():
    even = Result(requests=made(*[0.001] * 100, every=0.02), offered=50)
    assert even.throughput == pytest.approx(50)
    stalled = Result(requests=made(*[0.001] * 99, 2.02, every=0.02), offered=50)
    assert stalled.throughput == pytest.approx(25)


def test_no_requests_have_no_figures():
    empty = Result(requests=[])
    figures = [empty.success, empty.throughput, empty.first, empty.median, empty.p99, empty.slowest, empty.seconds]
    assert all(math.isnan(figure) for figure in figures)
    assert (empty.answered, empty.failed, empty.causes, empty.doubt) == (0, 0, {}, "")
    assert str(empty).strip()


def test_late_sender_is_said():
    good = made(*[1.0] * 99)
    late = [dataclasses.replace(made(0.3)[0], sent=100.06)]
    assert Result(requests=good + late).doubt == ""
    doubtful = Result(requests=good + late * 2)
    assert doubtful.doubt == (
        "Do not trust these times: 2 of 101 requests left more than 50 ms after they were due: the sender could not "
        "keep up. Send fewer, or end other programs."
    )
    assert doubtful.doubt in str(doubtful)


def test_lateness_that_does_not_matter_is_not_said():
    assert Result(requests=[dataclasses.replace(made(2.0)[0], sent=100.06)]).doubt == ""
    assert Result(requests=[dataclasses.replace(made(0.05)[0], sent=100.04)]).doubt == ""


@pytest.mark.parametrize("cause", ["too many open files", "no free port"])
def test_fault_of_the_sender_is_said(cause):
    assert Result(requests=[*made(1), *made(1, cause=cause)]).doubt == (
        f"Do not trust these figures: the sender itself ran short ({cause}). Send fewer."
    )


def test_refused_has_a_hint():
    refused = Result(requests=made(1, cause="refused"), url="http://127.0.0.1:9")
    hint = "Refused: nothing listens at `http://127.0.0.1:9`. Is the service started, and does it still run?"
    assert refused.remarks == [hint]
    assert Result(requests=made(1, cause="reset")).remarks == []


def test_timeline_is_drawn_beside_another(monkeypatch):
    drawn = []
    monkeypatch.setattr(unblocked, "timeline", lambda run, *, beside: drawn.append((run, beside)), raising=False)
    one, other = result(1), result(2)
    one.timeline(beside=other)
    one.timeline()
    assert drawn == [(one, other), (one, None)]


def test_result_can_be_drawn():
    assert "<svg" in result(1, 2, title="Two").timeline().html


def test_representation_is_short():
    assert repr(result(*[1.0] * 500, title="Many")) == "<Result 'Many': 500 of 500 answered>"
