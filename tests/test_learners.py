"""Two learners on one machine do not see each other: ports, sockets, folders, answers and progress are one's own."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.learners import as_user, learners, trouble
from tests.waiting import until
from unblocked.grading import Exercise

LAB, EXERCISE = "caching", "a_rate_is_never_older_than_its_write"
FIRST, SECOND, *OTHERS = range(20_000 + 4 * (os.getpid() % 5_000), 40_000)[:4]
"""Users without an account: nothing of theirs is on this machine, nor is another process of the tests one of them."""

TRY = """
import os, socket, sys
for path in sys.argv[1:]:
    for way in (os.listdir, open, lambda path: socket.socket(socket.AF_UNIX).connect(path)):
        try:
            way(path)
        except PermissionError:
            continue
        except OSError as error:
            print(path, error)
        else:
            print(path, "was reached")
"""
"""Lists, reads and connects to each of some paths; prints where that fails for another reason than the permissions."""


@pytest.fixture(scope="module")
def both():
    """Two learners who are at work at the same time, one with the right answer and one with the starter."""
    if trouble():
        pytest.skip(trouble())
    exercise = Exercise.find(EXERCISE)
    with learners(FIRST, SECOND) as (one, other):
        one.answer(exercise.lesson, EXERCISE, exercise.solution.read_text())
        other.answer(exercise.lesson, EXERCISE, exercise.starter)
        for learner in (one, other):
            learner.begin(LAB, EXERCISE)
        one.found, other.found = one.said(), other.said()
        yield one, other


def test_each_works_as_a_user_of_their_own(both):
    assert [learner.found["user"] for learner in both] == [FIRST, SECOND]


def test_each_has_the_verdict_on_their_own_answer(both):
    assert [learner.found["passed"] for learner in both] == [True, False]


def test_each_sees_only_what_is_theirs(both):
    for learner in both:
        assert sorted(learner.found["seen"]) == sorted([learner.found["url"], learner.found["store"]])


def test_each_has_a_port_of_their_own(both):
    assert len({urlsplit(learner.found["url"]).port for learner in both}) == 2


def test_each_store_knows_only_its_own_keys(both):
    one, other = both
    use = "(lambda store: [store.{}, len(store.keys())])(__import__('redis').Redis(unix_socket_path=said['store']))"
    assert one.ask(use.format("set('rate', '1')")) == [True, 1]
    assert other.ask(use.format("exists('rate')")) == [0, 0]


def test_each_has_progress_of_their_own(both):
    asked = "str(__import__('unblocked').progress())"
    one, other = (learner.ask(asked) for learner in both)
    assert f"passed  {EXERCISE}" in one
    assert f"passed  {EXERCISE}" not in other
    assert EXERCISE in other


def test_folders_are_closed_to_others(both):
    for learner in both:
        folder = Path(learner.found["folder"])
        for place in (folder, (folder / "quick").readlink() if (folder / "quick").is_symlink() else folder):
            found = place.stat()
            assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, learner.user)


def test_others_are_refused(both):
    for learner, stranger in (both, both[::-1]):
        folder = Path(learner.found["folder"])
        paths = [folder, folder / "lock", learner.found["store"], learner.workspace, learner.workspace / "answers"]
        tried = subprocess.run([*as_user(stranger.user), sys.executable, "-c", TRY, *map(str, paths)], cwd="/",
                               capture_output=True, text=True, check=False)  # fmt: skip
        assert (tried.returncode, tried.stdout + tried.stderr) == (0, "")


@pytest.mark.at_length
def test_end_of_one_is_not_the_end_of_the_other():
    if trouble():
        pytest.skip(trouble())
    exercise = Exercise.find(EXERCISE)
    with learners(*OTHERS) as two:
        for learner in two:
            learner.answer(exercise.lesson, EXERCISE, exercise.starter)
            learner.begin(LAB, EXERCISE)
        one, other = (Path(learner.said()["folder"]) for learner in two)
        two[0].close()
        until(lambda: not one.exists(), "the folder goes with its owner")
        assert two[1].ask("__import__('httpx').get(f'{parcel.url}/health').status_code") == 200
        assert other.exists()
        owned = _owned_by(two[0].user)
    assert owned == []


def _owned_by(user: int) -> list[str]:
    """Give what a user has in the places for what does not last, and the processes that are theirs."""
    files = [path for place in ("/tmp", "/dev/shm") for path in Path(place).glob("*unblocked-*")]
    processes = [process.pid for process in psutil.process_iter(["uids"]) if process.info["uids"].real == user]
    return [*(str(path) for path in files if path.lstat().st_uid == user), *map(str, processes)]
