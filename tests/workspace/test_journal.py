"""The learner's history: every entry is kept, whatever happens to its neighbours."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from unblocked.faults import Fault
from unblocked.workspace import journal


@pytest.fixture
def history(mine):
    mine.mkdir()
    return mine / "progress.jsonl"


def test_entry_comes_back_with_its_time(history):
    before = datetime.now(UTC).replace(microsecond=0)
    journal.append({"kind": "attempt", "exercise": "first_answer_wins"})
    [entry] = journal.entries()
    assert (entry["kind"], entry["exercise"]) == ("attempt", "first_answer_wins")
    assert before <= datetime.fromisoformat(entry["at"]) <= datetime.now(UTC)
    assert entry["at"].endswith("+00:00")
    assert history.read_bytes().count(b"\n") == 1


def test_no_history_is_empty(mine):
    assert journal.entries() == []
    assert journal.set_aside() == 0
    assert not (mine / "progress.jsonl").exists()
    assert not mine.exists()  # looking writes nothing: the course may be somebody else's


def test_words_stay_readable_in_the_file(history):
    journal.append({"question": "Où attend-on ?\nPartout"})
    assert "Où attend-on ?\\nPartout" in history.read_text(encoding="utf-8")
    assert journal.entries()[0]["question"] == "Où attend-on ?\nPartout"


def test_half_a_character_is_kept(history):
    journal.append({"question": "\ud83d"})
    assert journal.entries()[0]["question"] == "\ud83d"
    assert history.read_bytes().isascii()


WRITER = """
import sys
from unblocked.workspace import journal
for n in range(100):
    journal.append({"writer": sys.argv[1], "n": n, "padding": "x" * (n * 97 % 9000)})
"""


def test_eight_processes_append_at_once(history):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(each)]) for each in range(8)]
    while any(writer.poll() is None for writer in writers):
        journal.entries()  # somebody who looks meanwhile sees whole lines only
    assert [writer.returncode for writer in writers] == [0] * 8
    kept = journal.entries()
    for each in range(8):
        assert [entry["n"] for entry in kept if entry["writer"] == str(each)] == list(range(100))
    assert not (history.parent / "progress.corrupt.jsonl").exists()


SLOW = """
import os
from unblocked.workspace import journal
write = os.write
def slowly(file, data):
    written = write(file, data[:20])
    print("half", flush=True)
    input()
    return written + write(file, data[20:])
os.write = slowly
journal.append({"writer": "slow"})
"""

QUICK = """
import fcntl
from unblocked.workspace import journal
flock = fcntl.flock
def ask(file, lock):
    print("asks", flush=True)
    flock(file, lock)
fcntl.flock = ask
journal.append({"writer": "quick"})
"""


@pytest.mark.usefixtures("history")
def test_half_an_entry_is_not_written_into():
    slow, quick = (
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for code in [SLOW, "input()\n" + QUICK]
    )
    with slow, quick:
        assert slow.stdout.readline() == b"half\n"
        quick.stdin.write(b"\n")
        quick.stdin.flush()
        assert quick.stdout.readline() == b"asks\n"
        slow.communicate(b"\n")
        quick.communicate()
    assert [entry["writer"] for entry in journal.entries()] == ["slow", "quick"]


@pytest.mark.parametrize(
    "corrupt", [b'{"kind": "pre', b"\xff\x00\xfe", b"[1, 2]", b"null", b"[" * 100_000, b"<<<<<<< ours"]
)
def test_corrupt_line_is_set_aside(history, corrupt):
    journal.append({"n": 1})
    with history.open("ab") as file:
        file.write(corrupt + b"\n")
    journal.append({"n": 2})
    assert [entry["n"] for entry in journal.entries()] == [1, 2]
    assert journal.set_aside() == 1
    assert (history.parent / "progress.corrupt.jsonl").read_bytes() == corrupt + b"\n"


def test_corrupt_lines_are_set_aside_once(history):
    history.write_bytes(b"torn\ntorn\nother\n")
    for _ in range(3):
        assert journal.set_aside() == 3
    history.write_bytes(b"torn\ntorn\nother\nlater\n")
    assert journal.set_aside() == 4
    assert (history.parent / "progress.corrupt.jsonl").read_bytes() == b"torn\ntorn\nother\nlater\n"


def test_history_itself_is_never_rewritten(history):
    history.write_bytes(b'torn\n{"n": 1}\n')
    journal.entries()
    assert history.read_bytes() == b'torn\n{"n": 1}\n'


def test_corrupt_line_is_counted_where_it_cannot_be_copied(history):
    history.write_bytes(b'torn\n{"n": 1}\n')
    (history.parent / "progress.corrupt.jsonl").mkdir()
    assert journal.entries() == [{"n": 1}]
    assert journal.set_aside() == 1


def test_torn_line_does_not_swallow_the_next(history):
    history.write_bytes(b'{"n": 1}\n{"n": 2, "que')
    journal.append({"n": 3})
    assert [entry["n"] for entry in journal.entries()] == [1, 3]
    assert (history.parent / "progress.corrupt.jsonl").read_bytes() == b'{"n": 2, "que\n'


def test_whole_line_without_its_end_counts(history):
    history.write_bytes(b'{"n": 1}')
    assert journal.entries() == [{"n": 1}]
    journal.append({"n": 2})
    assert [entry["n"] for entry in journal.entries()] == [1, 2]


@pytest.mark.parametrize("room", [0, 10])
def test_full_disk_loses_nothing(history, full_disk, room):
    journal.append({"n": 1})
    before = history.read_bytes()
    full_disk(after=room)
    with pytest.raises(Fault, match=r"The disk is full: `progress\.jsonl` was not written.*nothing is lost"):
        journal.append({"n": 2})
    assert history.read_bytes() == before


def test_full_device_is_a_fault(mine):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    mine.mkdir()
    (mine / "progress.jsonl").symlink_to("/dev/full")
    with pytest.raises(Fault, match="The disk is full"):
        journal.append({"n": 1})


def test_unreadable_history_is_named(history):
    history.mkdir()
    with pytest.raises(Fault, match=r"progress\.jsonl` cannot be read \(Is a directory\)\. Nothing in it is lost"):
        journal.entries()
    with pytest.raises(Fault, match=r"progress\.jsonl` cannot be written \(Is a directory\)"):
        journal.append({"n": 1})


def test_what_is_not_json_is_refused(history):
    with pytest.raises(TypeError):
        journal.append({"n": object()})
    with pytest.raises(ValueError, match="Out of range float"):
        journal.append({"n": float("nan")})
    assert not history.exists()


def test_line_is_one_write(history, monkeypatch):
    history.write_bytes(b"torn")
    writes, write = [], os.write
    monkeypatch.setattr(os, "write", lambda file, data: writes.append(bytes(data)) or write(file, data))
    journal.append({"n": 1})
    [line] = writes
    assert line.startswith(b'\n{"at": ')
    assert json.loads(line)["n"] == 1
