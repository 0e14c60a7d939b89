"""Where dependencies run, and what waits for a thread."""

import pytest

from tests.labs.serving import printing, running_on_the_loop, wait_until_arrived
from tests.server.asking import answers, ask, get
from tests.waiting import FAR, until

TOKENS, STAMPS = 40, 5


def test_async_dependency_that_blocks_makes_everybody_wait(parcel, carriers):
    carriers.hold("/printer/*")
    label = ask(f"{parcel.url}/labels/async/7")
    until(lambda: printing(carriers), "the label is being drawn")
    health = ask(f"{parcel.url}/health", name="async-dependency-health")
    assert running_on_the_loop(parcel).path == "/labels/async/7"
    assert not health.done()
    carriers.release()
    assert answers([label, health]) == [200, 200]
    assert parcel.recording("async-dependency-health").traces[0].start > carriers.calls[-1].left


def test_def_dependency_that_blocks_makes_nobody_wait(parcel, carriers):
    carriers.hold("/printer/*")
    label = ask(f"{parcel.url}/labels/def/7")
    until(lambda: printing(carriers), "the label is being drawn")
    assert get(f"{parcel.url}/health").ok
    carriers.release()
    assert label.result(FAR).json() == {"label": "label 7"}


def test_each_kind_of_dependency_says_its_thread(parcel):
    loop, worker = "MainThread", "AnyIO worker thread"
    assert get(f"{parcel.url}/where").json() == {
        "async def": loop,
        "def": worker,
        "class": worker,
        "async def with yield": loop,
        "def with yield": worker,
    }


def ask_for_papers(parcel, carriers, path, *, customers):
    """Let five customers have a stamp and a thread; then ask for more papers, until all have arrived."""
    carriers.hold("/printer/*")
    stamped = [ask(f"{parcel.url}{path}/{n}", name=f"{path}-{n}") for n in range(STAMPS)]
    assert carriers.wait_for(STAMPS)
    others = [ask(f"{parcel.url}{path}/{n}", name=f"{path}-{n}") for n in range(STAMPS, customers)]
    wait_until_arrived(parcel, f"{path}-", customers)
    return stamped + others


def in_threads(parcel, path):
    traces = parcel.recording(f"{path}-").traces
    return sum(s.label == "still running" and s.kind == "thread" for trace in traces for s in trace.stretches)


def test_those_who_wait_for_a_stamp_hold_the_threads_of_those_who_have_one(lab, carriers):
    path, parcel = "/papers/threads", lab(STAMP_PATIENCE="4")
    papers = ask_for_papers(parcel, carriers, path, customers=80)
    until(lambda: in_threads(parcel, path) == TOKENS, "every token is taken")
    carriers.release(STAMPS)  # and so five others get the stamps, give their tokens back, and need one again
    assert answers(papers[:STAMPS]) == [200] * STAMPS
    until(lambda: carriers.total > STAMPS, "one of the five has a thread")
    carriers.release()
    statuses = answers(papers)
    assert set(statuses) == {200, 503}
    assert statuses.count(503) >= TOKENS - STAMPS
    out_of_patience = [trace for trace in parcel.recording(f"{path}-").traces if trace.status == 503]
    first = min(stretch.end for trace in out_of_patience for stretch in trace.stretches if stretch.kind == "thread")
    assert sorted(call.arrived for call in carriers.calls)[STAMPS] > first


def test_those_who_are_admitted_five_at_a_time_hold_nobody_s_thread(lab, carriers):
    path, parcel = "/papers/in-turn", lab(STAMP_PATIENCE="4")
    papers = ask_for_papers(parcel, carriers, path, customers=80)
    assert in_threads(parcel, path) == STAMPS
    for n in range(STAMPS, 80, STAMPS):
        carriers.release(STAMPS)
        until(lambda n=n: carriers.total == n + STAMPS, "the next five have stamp and thread")
    carriers.release()
    assert answers(papers) == [200] * 80


@pytest.mark.parametrize(("path", "sixth"), [("/papers/threads", 200), ("/papers/bare", 503)])
def test_stamps_are_given_back_unless_the_yield_is_bare(path, sixth, lab):
    parcel = lab(fresh=True, STAMP_PATIENCE="0.1")  # what is not given back is missing until a restart
    assert [get(f"{parcel.url}{path}/seven").status_code for _ in range(STAMPS)] == [422] * STAMPS
    assert get(f"{parcel.url}{path}/7").status_code == sixth
