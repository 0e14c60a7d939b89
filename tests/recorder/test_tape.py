"""The tape: bounded, and readable while it is written."""

import asyncio

import pytest

from unblocked.recorder import TAPE, Recorded, tape
from unblocked.recorder.tape import Tape
from unblocked.records import REQUEST_HEADER, Trace


def trace(name):
    return Trace(name, "GET", "/", start=0.0)


def test_oldest_trace_goes_first(monkeypatch):
    monkeypatch.setattr(tape, "MOST_TRACES", 3)
    full = Tape()
    for n in range(5):
        full.begin(trace(str(n)))
    recording = full.recording()
    assert ([t.id for t in recording.traces], recording.dropped) == (["2", "3", "4"], 2)


def test_endless_request_has_a_last_stretch(monkeypatch):
    monkeypatch.setattr(tape, "MOST_STRETCHES", 3)
    endless = trace("endless")
    for n in range(5):
        Tape().note(endless, "loop", n, n + 1)
    assert [s.start for s in endless.stretches] == [0, 1, 2]


def test_work_for_no_request_is_not_noted():
    Tape().note(None, "loop", 0, 1)


def test_recording_is_chosen_by_prefix():
    full = Tape()
    for name in ("a-1", "b-1", "a-2"):
        full.begin(trace(name))
    assert [t.id for t in full.recording("a-").traces] == ["a-1", "a-2"]


def test_recording_does_not_change_any_more():
    full, one = Tape(), trace("one")
    full.begin(one)
    recording = full.recording()
    full.note(one, "loop", 0, 1)
    assert recording.traces[0].stretches == []
    assert len(full.recording().traces[0].stretches) == 1


def test_lag_is_bounded():
    assert Tape().lag.maxlen == tape.MOST_TRACES


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_what_is_not_http_passes_through(kind):
    seen = []

    async def app(*call):
        seen.append((call, tape.current.get()))

    async def nothing(*_):
        pass

    call = ({"type": kind}, nothing, nothing)
    before = len(TAPE.traces)
    asyncio.run(Recorded(app)(*call))
    assert seen == [(call, None)]
    assert len(TAPE.traces) == before


@pytest.mark.parametrize("headers", [[(REQUEST_HEADER.encode(), b"mine")], []])
def test_request_is_current_only_while_it_is_served(headers):
    async def app(*_):
        assert tape.current.get().path == "/here"

    async def nothing(*_):
        pass

    scope = {"type": "http", "method": "GET", "path": "/here", "headers": headers}
    before = set(TAPE.traces)
    asyncio.run(Recorded(app)(scope, nothing, nothing))
    (name,) = set(TAPE.traces) - before
    assert name == "mine" if headers else name.startswith("request-")
    assert TAPE.traces[name].end is not None
    assert tape.current.get() is None
    del TAPE.traces[name]
