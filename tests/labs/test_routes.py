"""The lab of lesson 02: its faults stay broken, and what stands beside them mends them."""

import os

import pytest

from labs.routes import computing
from tests.labs.serving import printing, running_on_the_loop, served, wait_until_arrived
from tests.server.asking import answers, ask, get
from tests.waiting import until

TOKENS = 40


@pytest.fixture(scope="module")
def lab(outside):
    with served("routes", outside) as lab:
        yield lab


def test_waybill_lets_others_go_on_while_its_price_is_awaited(parcel, carriers):
    carriers.hold("/carriers/*")
    waybill = ask(f"{parcel.url}/waybills/blocking/7")
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    carriers.release()
    assert answers([waybill]) == [200]


def test_waybill_makes_everybody_wait_for_its_label(parcel, carriers):
    carriers.hold("/printer/*")
    waybill = ask(f"{parcel.url}/waybills/blocking/7")
    until(lambda: printing(carriers), "the label is being drawn")
    health = ask(f"{parcel.url}/health", name="waybill-health")
    assert running_on_the_loop(parcel).path == "/waybills/blocking/7"
    assert not health.done()
    carriers.release()
    assert answers([waybill, health]) == [200, 200]
    assert parcel.recording("waybill-health").traces[0].start > carriers.calls[-1].left


def test_threaded_waybill_makes_nobody_wait(parcel, carriers):
    carriers.hold("/printer/*")
    waybill = ask(f"{parcel.url}/waybills/threaded/7")
    until(lambda: printing(carriers), "the label is being drawn")
    assert get(f"{parcel.url}/health").ok
    carriers.release()
    assert answers([waybill]) == [200]
    assert waybill.result().json() == {"price": "14.88 €", "label": "label 7"}


@pytest.mark.parametrize("path", ["/quotes/def", "/quotes/awaiting"])
def test_more_tokens_and_awaiting_both_end_the_second_wave(path, lab, carriers):
    wide = lab(TOKENS="60")
    carriers.hold()
    quotes = [ask(f"{wide.url}{path}/{n}") for n in range(45)]
    assert carriers.wait_for(45)
    assert wide.recording().tokens == 60
    carriers.release()
    assert answers(quotes) == [200] * 45


def test_other_pool_knows_nothing_of_the_tokens(lab, carriers):
    wide = lab(TOKENS="60")
    threads = min(32, (os.cpu_count() or 1) + 4)
    carriers.hold()
    quotes = [ask(f"{wide.url}/quotes/to_thread/{n}", name=f"other-{n}") for n in range(TOKENS)]
    assert carriers.wait_for(threads)
    wait_until_arrived(wide, "other-", TOKENS)
    assert get(f"{wide.url}/health").ok
    assert carriers.peak == threads
    carriers.release()
    assert answers(quotes) == [200] * TOKENS


def test_each_kind_of_code_says_its_thread(parcel):
    where = get(f"{parcel.url}/where").json()
    assert where["async def route"] == "MainThread"
    assert where["def dependency"] == where["run_in_threadpool"] == "AnyIO worker thread"
    assert where["asyncio.to_thread"].startswith("asyncio_")


def test_plan_on_the_loop_makes_everybody_wait(parcel, carriers):
    carriers.hold("/warehouse/*")
    plan = ask(f"{parcel.url}/plans/inline/7")
    assert carriers.wait_for(1)
    health = ask(f"{parcel.url}/health")
    assert running_on_the_loop(parcel).path == "/plans/inline/7"
    assert not health.done()
    carriers.release()
    assert answers([plan, health]) == [200, 200]


@pytest.mark.parametrize(("place", "is_own"), [("threads", True), ("processes", False)])
def test_plan_elsewhere_lets_others_go_on(place, is_own, parcel, carriers):
    carriers.hold("/warehouse/*")
    plan = ask(f"{parcel.url}/plans/{place}/7")
    assert carriers.wait_for(1)
    assert get(f"{parcel.url}/health").ok
    assert (int(carriers.calls[0].headers["x-parcel-process"]) == parcel.pid) == is_own
    carriers.release()
    assert plan.result().json() == {"boxes": 2}


def test_processes_are_kept_and_end_with_the_app(lab, carriers):
    parcel = lab(TOKENS="39")
    for n in range(6):
        assert get(f"{parcel.url}/plans/processes/{n}").ok
    planners = {int(call.headers["x-parcel-process"]) for call in carriers.calls}
    assert 1 <= len(planners) <= 2
    parcel.stop()
    until(lambda: not any(is_alive(each) for each in planners), "the planners are gone")


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("place", list(computing.Place))
def test_seal_is_the_same_everywhere(place, parcel):
    assert get(f"{parcel.url}/seals/{place}/7").json() == {"seal": computing.seal(7)}


def test_slow_labels_take_every_token_from_the_others(parcel, carriers):
    carriers.hold("/printer/*")
    labels = [ask(f"{parcel.url}/labels/def/{n}") for n in range(TOKENS)]
    assert carriers.wait_for(TOKENS)
    starved = [ask(f"{parcel.url}/addresses/7", name="starved-1"), ask(f"{parcel.url}/settings/def", name="starved-2")]
    wait_until_arrived(parcel, "starved-", 2)
    assert get(f"{parcel.url}/settings/async").ok
    assert not any(one.done() for one in starved)
    carriers.release(1)
    assert answers(starved) == [200, 200]
    carriers.release()
    assert answers(labels) == [200] * TOKENS


def test_lane_draws_four_and_leaves_the_others_their_threads(parcel, carriers):
    carriers.hold("/printer/*")
    labels = [ask(f"{parcel.url}/labels/lane/{n}", name=f"lane-{n}") for n in range(45)]
    assert carriers.wait_for(4)
    wait_until_arrived(parcel, "lane-", 45)
    assert get(f"{parcel.url}/addresses/7").json() == {"address": "7 Harbour Road"}
    for _ in labels[4:]:
        carriers.release(1)
        assert carriers.wait_for(4)
    carriers.release()
    assert answers(labels) == [200] * 45
    assert carriers.peak == 4


def test_label_s_thread_goes_on_after_the_deadline(parcel, carriers):
    carriers.hold("/printer/*")
    late = get(f"{parcel.url}/labels/deadline/7")
    assert (late.status_code, late.json()) == (504, {"detail": "The printer does not answer."})
    assert carriers.in_flight == 1
    assert not carriers.calls[0].gone
    carriers.release()
    assert carriers.wait_until_idle()
    assert not carriers.calls[0].gone


def test_awaited_question_ends_with_the_deadline(parcel, carriers):
    carriers.hold("/carriers/*")
    late = get(f"{parcel.url}/quotes/deadline/7")
    assert (late.status_code, late.json()) == (504, {"detail": "The carrier does not answer."})
    assert carriers.wait_until_idle()
    assert carriers.calls[0].gone


@pytest.mark.parametrize("path", ["/quotes/deadline/7", "/labels/deadline/7"])
def test_who_is_in_time_is_answered(path, parcel):
    until(lambda: get(f"{parcel.url}{path}").ok, "a busy machine answers within the deadline")


@pytest.mark.parametrize(
    ("path", "trips"),
    [("/settings/def", 3), ("/settings/async", 0), ("/addresses/7", 2), ("/health", 0)],
)
def test_trips_into_a_thread_are_counted(path, trips, parcel):
    assert get(f"{parcel.url}{path}", name=f"trip{path}").ok
    [trace] = parcel.recording(f"trip{path}").traces
    assert [s.label for s in trace.stretches if s.kind == "thread"] == ["AnyIO worker thread"] * trips


def test_timetable_never_forgets_a_stall(lab, carriers):
    parcel = lab(TOKENS="41")
    carriers.slow("*", latency=1.0)
    assert get(f"{parcel.url}/quotes/blocking/7").ok
    seen = lags(parcel)

    def is_over():
        seen.update(lags(parcel))
        return len(seen["by sleep"]) == 6 and max(seen["by sleep"]) < min(seen["by timetable"])

    until(is_over, "the loop is free again")
    assert seen["by timetable"] == sorted(seen["by timetable"])
    assert min(seen["by timetable"]) >= 890  # a second, less the look that it began in


def lags(parcel):
    """Give the lags in milliseconds, once there are some."""
    until(lambda: get(f"{parcel.url}/lag").json()["by sleep"], "the probes have looked")
    return {probe: [int(ms.split()[0]) for ms in seen] for probe, seen in get(f"{parcel.url}/lag").json().items()}


def test_debug_mode_names_the_task_and_not_the_route(lab, carriers):
    carriers.slow("*", latency=0.2)
    parcel = lab(ASYNCIO_DEBUG="1")
    assert get(f"{parcel.url}/quotes/blocking/7").ok
    until(lambda: "Executing <Task" in parcel.log, "the slow callback is logged")
    line = next(line for line in parcel.log.splitlines() if "Executing" in line)
    assert "run_asgi" in line
    assert "quote_blocking" not in line
