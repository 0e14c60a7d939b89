"""`services`: what runs, whoever of this user has started it."""

import os
import re
import subprocess
import sys
import time
from types import SimpleNamespace

import psutil
import pytest
from typer.testing import CliRunner

from tests.waiting import until
from unblocked import cli, serve, services
from unblocked.backends.valkey import Valkey
from unblocked.processes import keeper, register

OWNER = """
import sys
from unblocked.backends.valkey import Valkey
print(Valkey().path, flush=True)
sys.stdin.read()
"""


def rows(pid):
    """The rows of what this process id is."""
    return [kept for kept in register.every() if kept.pid == pid]


def test_what_runs_is_listed_with_its_place_and_memory(valkey):
    line = next(line for line in str(services()).splitlines() if str(valkey.path) in line)
    assert re.fullmatch(r"valkey +\S+valkey\S*\.sock +\d\d:\d\d:\d\d +\d+ MB +this process", line)
    assert str(services()).startswith("service ")


def test_served_app_is_listed_under_its_address(carriers):
    with serve("start_here", carriers=carriers) as parcel:
        [kept] = rows(parcel.pid)
        assert (kept.name, kept.where) == ("start_here", parcel.url)
        assert kept.memory > 10_000_000
    assert not rows(parcel.pid)


def test_what_has_ended_is_not_listed():
    with Valkey() as server:
        assert len(rows(server.pid)) == 1
    assert not rows(server.pid)


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_what_another_process_has_started_is_listed_until_that_is_gone(end):
    with subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        path = owner.stdout.readline().decode().strip()
        [kept] = [kept for kept in register.every() if kept.where == path]
        assert kept.owner == owner.pid
        assert f"process {owner.pid}" in str(services())
        getattr(owner, end)()
        owner.wait()
        until(lambda: not [kept for kept in register.every() if kept.where == path], "it is not listed any more")


def test_oldest_is_listed_first(valkey):
    with Valkey() as second, Valkey() as third:
        ours = {valkey.pid, second.pid, third.pid}
        assert [kept.pid for kept in register.every() if kept.pid in ours] == [valkey.pid, second.pid, third.pid]


@pytest.fixture
def family():
    """A process of ours that has started another one, as it stands on the register."""
    code = "import subprocess; subprocess.Popen(['sleep', '300']).wait()"
    child = keeper().start([sys.executable, "-c", code], name="family")
    until(lambda: psutil.Process(child.pid).children(), "it has started another one")
    yield child.announce("family", "at home")
    child.stop()


def test_memory_of_what_it_has_started_is_included(family, monkeypatch):
    monkeypatch.setattr(psutil.Process, "memory_full_info", lambda _: SimpleNamespace(pss=5, rss=7))
    assert family.memory == 10


def test_child_that_ends_meanwhile_hides_nothing(family, monkeypatch):
    def vanish(process):
        if process.pid != family.pid:
            raise psutil.NoSuchProcess(process.pid)
        return SimpleNamespace(pss=5, rss=7)

    monkeypatch.setattr(psutil.Process, "memory_full_info", vanish)
    assert family.memory == 5


def test_memory_is_known_where_details_are_kept_from_us(family, monkeypatch):
    def refuse(process):
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "memory_full_info", refuse)
    assert family.memory > 100_000
    assert family in register.every()
    assert "at home" in str(services())


@pytest.fixture
def kathmandu(monkeypatch):
    """A computer in Nepal: 5 hours 45 minutes ahead of UTC."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "XXX-05:45")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("kathmandu")
def test_time_is_that_of_the_learners_clock(monkeypatch):
    monkeypatch.setattr(register, "every", lambda: [register.Kept("shop", "<b>", os.getpid(), 1, since=0.0)])
    assert "  05:45:00  " in str(services())
    assert "<td>&lt;b&gt;</td><td>05:45:00</td>" in services()._repr_html_()


def test_table_of_a_notebook_has_the_same(valkey):
    page = services()._repr_html_()
    assert f"<td>{valkey.path}</td>" in page
    assert '<th scope="col">memory</th>' in page


def test_command_prints_it(valkey):
    done = CliRunner().invoke(cli.app, ["services"])
    assert done.exit_code == 0
    assert str(valkey.path) in done.stdout


def test_nothing_is_said_in_words(monkeypatch):
    monkeypatch.setattr(register, "every", list)
    assert str(services()) == "Nothing runs."
    assert services()._repr_html_() == "<p>Nothing runs.</p>"
