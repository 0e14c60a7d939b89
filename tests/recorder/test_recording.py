"""What a real server records, proven against an outside world that says when it was asked and when it answered."""

import itertools
import os
import shutil
from pathlib import Path

import pytest
import requests

from tests.server.asking import answers, ask, get
from tests.waiting import FAR, until
from unblocked import serve

APP = Path(__file__).with_name("app.py")
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(outside):
    with serve(str(APP), carriers=outside) as served:
        yield served


@pytest.fixture
def name():
    return f"test-{next(numbers)}"


def only_trace(server, name):
    (trace,) = server.recording(name).traces
    return trace


def stretches(trace, kind):
    return sorted((s for s in trace.stretches if s.kind == kind), key=lambda s: s.start)


def around(trace, kind, call):
    """Give the stretches that contain the whole stay of a call in the outside world."""
    return [s for s in stretches(trace, kind) if s.start < call.arrived and call.left < s.end]


def held(server, carriers, path, name, *, loop_is_free=False):
    """Ask for a path whose route waits for the outside world, hold it there a while, and give its trace and call.

    Where the loop is free meanwhile, hold it until the loop has done something else, as it would in any long wait.
    """
    carriers.hold()
    asked = ask(f"{server.url}{path}/{name}", name=name)
    assert carriers.wait_for(1)
    if loop_is_free:
        get(f"{server.url}/health", name=f"beside-{name}")
    carriers.release()
    assert asked.result(FAR).ok
    return only_trace(server, name), carriers.calls[-1]


def test_blocking_route_keeps_the_loop(server, carriers, name):
    trace, call = held(server, carriers, "/blocking", name)
    assert len(around(trace, "loop", call)) == 1
    assert stretches(trace, "thread") == stretches(trace, "upstream") == stretches(trace, "token") == []


def test_blocking_requests_take_turns(server, carriers, name):
    carriers.hold()
    asked = [ask(f"{server.url}/blocking/{n}", name=f"{name}-{n}") for n in range(5)]
    for n in range(len(asked)):
        until(lambda n=n: carriers.total > n, "the next one asks")  # the one before it has its answer
        carriers.release(1)
    carriers.release()
    assert answers(asked) == [200] * 5
    traces = server.recording(name).traces
    loop = sorted((s for t in traces for s in stretches(t, "loop")), key=lambda s: s.start)
    assert (len(traces), carriers.peak) == (5, 1)
    assert all(one.end <= following.start for one, following in itertools.pairwise(loop))


def test_awaiting_route_leaves_the_loop(server, carriers, name):
    carriers.hold()
    asked = ask(f"{server.url}/awaiting/{name}", name=f"{name}-waits")
    assert carriers.wait_for(1)
    get(f"{server.url}/health", name=f"{name}-health")
    carriers.release()
    assert asked.result(FAR).ok
    waits, (call,) = only_trace(server, f"{name}-waits"), carriers.calls
    assert len(around(waits, "upstream", call)) == 1
    assert around(waits, "loop", call) == []
    assert call.arrived < only_trace(server, f"{name}-health").start < call.left


@pytest.mark.parametrize("path", ["/awaiting", "/aiohttp"])
def test_waiting_for_others_has_their_address(path, server, carriers, name):
    trace, call = held(server, carriers, path, name)
    (upstream,) = around(trace, "upstream", call)
    assert upstream.label.removeprefix(carriers.url) == f"/{name}"


def test_calls_at_once_are_two_stretches(server, carriers, name):
    carriers.hold()
    asked = ask(f"{server.url}/together/{name}", name=name)
    assert carriers.wait_for(2)
    carriers.release()
    assert asked.result(FAR).json() == [200, 200]
    first, second = stretches(only_trace(server, name), "upstream")
    assert second.start < first.end
    assert first.label != second.label


@pytest.mark.parametrize(
    ("path", "thread"),
    [("/def", "AnyIO worker thread"), ("/to_thread", "asyncio_"), ("/own_threads", "mine_")],
)
def test_thread_is_named(path, thread, server, carriers, name):
    trace, call = held(server, carriers, path, name, loop_is_free=True)
    (stretch,) = around(trace, "thread", call)
    assert stretch.label.startswith(thread)
    token = stretches(trace, "token")[0]
    assert token.start <= token.end <= stretch.start
    assert around(trace, "loop", call) == []


def test_request_without_a_token_waits_for_a_thread(server, carriers, name):
    carriers.hold()
    first = [ask(f"{server.url}/def/{n}", name=f"{name}-{n}") for n in range(2)]
    assert carriers.wait_for(2)
    third = ask(f"{server.url}/def/third", name=f"{name}-third")
    until(lambda: any(t.stretches for t in server.recording(f"{name}-third").traces), "the third wants a thread")
    assert carriers.total == 2
    carriers.release(1)
    until(lambda: carriers.total == 3, "the third has a thread")
    carriers.release()
    assert answers([*first, third]) == [200] * 3
    recording = server.recording(name)
    *others, last = sorted(recording.traces, key=lambda trace: trace.id)
    token = stretches(last, "token")[0]  # FastAPI asks for a second one, to make the answer of a `def` route
    assert token.start < min(stretches(t, "thread")[0].end for t in others) <= token.end
    assert recording.tokens == 2


def test_tokens_are_known_while_the_loop_is_blocked(outside, tmp_path):
    with serve(str(shutil.copy(APP, tmp_path)), carriers=outside) as fresh:
        outside.hold()
        asked = ask(f"{fresh.url}/blocking/x")
        assert outside.wait_for(1)
        assert fresh.recording().tokens == 2
        outside.release()
        assert asked.result(FAR).ok


def test_other_process_is_no_thread(server, name):
    assert get(f"{server.url}/process", name=name).json() not in {server.pid, os.getpid()}
    assert stretches(only_trace(server, name), "thread") == []


def test_running_request_is_shown_while_it_blocks(server, carriers, name):
    carriers.hold()
    asked = ask(f"{server.url}/blocking/{name}", name=name)
    assert carriers.wait_for(1)
    trace = only_trace(server, name)
    (running,) = [s for s in trace.stretches if s.label == "still running"]
    assert running.kind == "loop"
    assert running.start < carriers.calls[0].arrived < running.end
    assert (trace.status, trace.answered, trace.end) == (None, None, None)
    carriers.release()
    assert asked.result(FAR).ok
    assert [s.label for s in only_trace(server, name).stretches if s.kind == "loop"].count("still running") == 0


def test_one_stall_is_one_late_tick(server, carriers, name):
    carriers.hold()
    asked = ask(f"{server.url}/blocking/{name}", name=name)
    assert carriers.wait_for(1)
    only_trace(server, name)  # gives up waiting for the loop after half a second: a stall of many ticks
    carriers.release()
    assert asked.result(FAR).ok
    recording = server.recording(name)
    stall = max(stretches(recording.traces[0], "loop"), key=lambda s: s.end - s.start)
    late = [came for came, late in recording.lag if came - late < stall.end and came > stall.start]
    assert len(late) == 1
    assert late[0] > stall.end


def test_stream_is_answered_when_it_ends(server, carriers, name):
    carriers.hold()
    asked = ask(f"{server.url}/stream/{name}", name=name)
    assert carriers.wait_for(1)
    midway = only_trace(server, name)
    assert (midway.status, midway.answered) == (200, None)
    carriers.release()
    assert asked.result(FAR).text == "first,last"
    trace = only_trace(server, name)
    assert carriers.calls[0].left < trace.answered <= trace.end


@pytest.mark.parametrize("path", ["/broken", "/broken_thread"])
def test_exception_is_traced(path, server, name):
    assert get(server.url + path, name=name).status_code == 500
    trace = only_trace(server, name)
    assert (trace.status, trace.path, trace.method) == (500, path, "GET")
    assert trace.start < trace.answered <= trace.end


def test_work_after_the_answer_is_seen(server, carriers, name):
    carriers.hold()
    assert get(f"{server.url}/background/{name}", name=name).json() == "accepted"
    assert carriers.wait_for(1)
    assert only_trace(server, name).end is None
    carriers.release()
    until(lambda: only_trace(server, name).end, "the background task has ended")
    trace = only_trace(server, name)
    assert trace.answered < carriers.calls[0].left < trace.end
    assert len(around(trace, "upstream", carriers.calls[0])) == 1


def test_request_without_a_name_gets_a_number(server):
    before = {trace.id for trace in server.recording("request-").traces}
    get(f"{server.url}/health")
    (new,) = {trace.id for trace in server.recording("request-").traces} - before
    assert new.removeprefix("request-").isdigit()


def test_concurrent_requests_do_not_mix(server, carriers, name):
    carriers.hold()
    asked = [ask(f"{server.url}/awaiting/{n}", name=f"{name}-{n}") for n in range(5)]
    assert carriers.wait_for(5)
    carriers.release()
    assert answers(asked) == [200] * 5
    for trace in server.recording(name).traces:
        (upstream,) = stretches(trace, "upstream")
        assert upstream.label == f"{carriers.url}/{trace.id.rpartition('-')[2]}"
        assert trace.path == f"/awaiting/{trace.id.rpartition('-')[2]}"


def test_shared_connections_do_not_mix_requests(server, carriers, name):
    """The connection that a request opened serves later ones: what it does for them is not the first one's."""
    for turn in ("first", "second"):
        held(server, carriers, "/awaiting", f"{name}-{turn}")
    ended = [trace for trace in server.recording().traces if trace.end]
    assert len(ended) >= 2
    assert [t.id for t in ended if any(s.start > t.end for s in t.stretches)] == []


def test_kept_connection_does_not_mix_requests(server, name):
    with requests.Session() as session:
        for turn in ("first", "second"):
            get(f"{server.url}/health", name=f"{name}-{turn}", client=session)
    first, second = server.recording(name).traces
    assert max(s.end for s in first.stretches) < second.start
    assert len(second.stretches) >= 1
