"""What is kept of an answer's output for a check."""

import io
import sys

from unblocked.grading.written import Written


def kept(monkeypatch):
    """Keep what is written from now on; give it, and the two streams to which it is passed on."""
    streams = io.StringIO(), io.StringIO()
    for name, stream in zip(("stdout", "stderr"), streams, strict=True):
        monkeypatch.setattr(sys, name, stream)
    return Written(), *streams


def test_both_streams_are_kept_in_order_and_passed_on(monkeypatch):
    written, out, err = kept(monkeypatch)
    print("one")
    print("two", file=sys.stderr)
    sys.stdout.writelines(["three\n", "four\n"])
    assert written.text == "one\ntwo\nthree\nfour\n"
    assert (out.getvalue(), err.getvalue()) == ("one\nthree\nfour\n", "two\n")


def test_last_of_much_is_kept(monkeypatch):
    written, out, _ = kept(monkeypatch)
    for n in range(300):
        print(f"{n}: " + "x" * 1000)
    assert 100_000 < len(written.text) < len(out.getvalue())
    assert out.getvalue().endswith(written.text)
