"""The channel between an owner and its process."""

import socket

import pytest

from unblocked.processes.lines import Lines


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Lines(ours), theirs


def test_objects_come_one_by_one(ends):
    lines, theirs = ends
    theirs.sendall(b'{"a": 1}\n{"b"')
    assert lines.receive() == {"a": 1}
    theirs.sendall(b": 2}\n")
    assert lines.receive() == {"b": 2}


def test_silence_ends_and_nothing_is_lost(ends):
    lines, theirs = ends
    theirs.sendall(b'{"a"')
    assert lines.receive(within=0.001) is None
    theirs.sendall(b": 1}\n")
    assert lines.receive() == {"a": 1}


def test_nothing_comes_when_the_other_side_is_gone(ends):
    lines, theirs = ends
    theirs.close()
    assert lines.receive() is None


def test_nothing_comes_when_this_side_is_closed(ends):
    lines, _ = ends
    lines.close()
    assert lines.receive(within=1) is None
