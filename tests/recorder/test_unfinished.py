"""What is not over yet when a recording is asked for."""

from unblocked.recorder.tape import Tape
from unblocked.records import Trace


def traced(tape, name="a"):
    trace = Trace(name, "GET", "/", start=0.0)
    tape.begin(trace)
    return trace


def kinds(tape):
    return [(s.kind, s.label) for trace in tape.recording().traces for s in trace.stretches]


def test_stretch_that_lasts_is_shown_as_running():
    tape = Tape()
    with tape.stretch(traced(tape), "upstream", "http://swift"):
        assert kinds(tape) == [("upstream", "still running")]
    assert kinds(tape) == [("upstream", "http://swift")]


def test_code_without_request_is_not_noted():
    tape = Tape()
    with tape.stretch(None, "thread"):
        assert kinds(tape) == []


def test_wait_for_a_thread_that_was_given_up_ends():
    tape = Tape()
    wait = tape.stretch(traced(tape), "token")
    wait.__enter__()
    assert kinds(tape) == [("token", "still running")]
    del wait  # as when the request is cancelled
    assert kinds(tape) == [("token", "")]
