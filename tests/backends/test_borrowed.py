"""A server that `REDIS_URL` names: an empty database of it is used, and nobody's keys are ever touched."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import psutil
import pytest
import redis

from tests.waiting import until
from unblocked.backends import binaries, choice
from unblocked.backends.borrowed import Borrowed
from unblocked.backends.claims import valkey as claims
from unblocked.backends.claims.valkey import KEY, claim
from unblocked.backends.valkey import Valkey
from unblocked.faults import Fault
from unblocked.processes import keeper
from unblocked.processes.lines import Lines

pytestmark = pytest.mark.usefixtures("client")

OWNER = """
import sys
from unblocked.backends.borrowed import Borrowed
print(Borrowed(sys.argv[1]).url, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def theirs(tmp_path):
    """The address of a server as others run one: on a port, with a password, and with a single database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {"port": port, "requirepass": "secret", "databases": 1, "save": "", "dir": tmp_path}
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    child = keeper().start([str(binaries.valkey()), *words], name="theirs")
    until(lambda: "eady to accept connections" in child.printed, "it takes connections")
    yield f"redis://:secret@127.0.0.1:{port}"
    child.stop()


def of(borrowed):
    return redis.Redis.from_url(borrowed.url if isinstance(borrowed, Borrowed) else borrowed)


def test_named_server_is_used(valkey, monkeypatch):
    monkeypatch.setenv("REDIS_URL", valkey.url)
    with choice.redis() as borrowed:
        assert isinstance(borrowed, Borrowed)
        assert borrowed.where == f"{valkey.url}?db=0"
        assert borrowed.server.startswith("Valkey ")


def test_database_is_empty_before_and_after(valkey, client):
    with Borrowed(valkey.url) as borrowed, of(borrowed) as ours:
        assert ours.keys() == [KEY.encode()]
        ours.set("parcel", 7)
    assert client.dbsize() == 0


def test_database_with_keys_of_others_is_left_alone(valkey, client):
    client.set("theirs", 1)
    with Borrowed(valkey.url) as borrowed, of(borrowed) as ours:
        assert borrowed.url.endswith("?db=1")
        ours.flushdb()
    assert client.get("theirs") == "1"
    assert client.keys() == ["theirs"]


def test_server_on_the_network_is_used(theirs):
    with Borrowed(f"{theirs}/?decode_responses=True") as borrowed, of(borrowed) as ours:
        assert borrowed.where == f"{theirs}/0?decode_responses=True".replace(":secret@", "…@")
        assert urlsplit(borrowed.url).path == "/0"
        assert ours.keys() == [KEY]
        ours.set("parcel", 7)
    with of(theirs) as client:
        assert client.dbsize() == 0


def test_server_may_have_few_databases(theirs):
    with of(theirs) as client:
        client.set("theirs", 1)
        with pytest.raises(Fault, match="every database that it may use there has other people's keys"):
            Borrowed(theirs)
        assert client.keys() == [b"theirs"]


@pytest.mark.parametrize("wrong", [":guessed@", ""])
def test_wrong_password_is_told(wrong, theirs):
    with pytest.raises(Fault, match="and the server there wants another name or password") as told:
        Borrowed(theirs.replace(":secret@", wrong))
    assert "guessed" not in told.value.message


def test_two_owners_never_share_one(valkey):
    with Borrowed(valkey.url) as one, Borrowed(valkey.url) as two:
        assert one.url != two.url


def test_database_of_ones_choice_is_taken(valkey):
    with Borrowed(f"{valkey.url}?db=5") as borrowed:
        assert borrowed.where == f"{valkey.url}?db=5"


def test_what_else_an_address_says_is_kept(valkey):
    with Borrowed(f"{valkey.url}?health_check_interval=30") as borrowed:
        assert borrowed.url.endswith(".sock?db=0&health_check_interval=30")


def test_database_of_ones_choice_must_be_empty(valkey, client):
    client.set("theirs", 1)
    with pytest.raises(Fault, match="every database that it may use there has other people's keys"):
        Borrowed(f"{valkey.url}?db=0")
    assert client.keys() == ["theirs"]


def test_key_of_our_name_that_is_not_ours_is_left_alone(valkey, client):
    client.rpush(KEY, "a list")
    with Borrowed(valkey.url) as borrowed:
        assert borrowed.url.endswith("?db=1")
    assert client.type(KEY) == "list"


def test_what_is_no_longer_ours_is_not_emptied(valkey, client):
    with Borrowed(valkey.url):
        client.flushdb()
        client.set("theirs", 1)
    assert client.keys() == ["theirs"]


def test_harm_reaches_the_way_and_not_the_server(valkey, client):
    with Borrowed(valkey.url) as borrowed, of(borrowed) as ours:
        ours.set("parcel", 7)
        borrowed.kill()
        assert not borrowed.running
        with pytest.raises(redis.ConnectionError):
            ours.ping()
        assert client.ping()
        url = borrowed.url
        assert borrowed.again() is borrowed
        assert borrowed.url == url
        assert ours.get("parcel") == b"7"
        assert repr(borrowed) == f"`{borrowed.server}, borrowed` runs at {borrowed.where}"
    assert client.dbsize() == 0


def test_way_on_the_network_is_opened_at_the_same_place(theirs):
    with Borrowed(theirs) as borrowed, of(borrowed) as ours:
        ours.set("parcel", 7)
        borrowed.kill()
        with pytest.raises(redis.ConnectionError):
            ours.ping()
        borrowed.again()
        assert ours.get("parcel") == b"7"


def test_paused_way_is_connected_and_silent(valkey):
    with Borrowed(valkey.url) as borrowed, of(borrowed) as ours:
        borrowed.pause()
        until(lambda: psutil.Process(borrowed.pid).status() == psutil.STATUS_STOPPED, "it stands still")
        with redis.Redis.from_url(borrowed.url, socket_timeout=0.05) as hasty, pytest.raises(redis.TimeoutError):
            hasty.ping()
        borrowed.go_on()
        assert ours.ping()


def test_way_to_a_server_that_has_ended_is_refused():
    with Valkey() as server, Borrowed(server.url) as borrowed, of(borrowed) as ours:
        server.kill()
        with pytest.raises(redis.ConnectionError):
            ours.ping()
        until(lambda: "the server does not answer" in borrowed.log, "it says why")
        with server.again():
            assert ours.ping()


def test_killed_owner_leaves_an_empty_database(valkey, client):
    command = [sys.executable, "-c", OWNER, valkey.url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout.readline().strip().endswith("db=0")
        client.set("left", 1)
        owner.send_signal(signal.SIGKILL)
        until(lambda: client.dbsize() == 0, "the database is given back")


def test_abandoned_database_is_taken_over(valkey, client):
    gone = subprocess.Popen(["true"])
    gone.wait()
    client.set(KEY, json.dumps({"host": socket.gethostname(), "pid": gone.pid, "began": 1.0}))
    client.set("left", 1)
    with Borrowed(valkey.url) as borrowed, of(borrowed) as ours:
        assert borrowed.url.endswith("?db=0")
        assert ours.dbsize() == 1


def test_number_of_its_process_may_be_anothers_by_now(valkey, client):
    client.set(KEY, json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "began": 1.0}))
    assert claim(valkey.url).url.endswith("?db=0")


@pytest.mark.parametrize("content", [b"a word", b"\xff", b"[]", b"{}", b'{"host": "%s", "pid": "x", "began": 1}'])
def test_key_that_says_nothing_is_left_alone(content, valkey):
    content = content.replace(b"%s", socket.gethostname().encode())
    with of(valkey.url) as client:
        client.set(KEY, content)
        assert claim(valkey.url).url.endswith("?db=1")
        assert client.get(KEY) == content


def test_abandoned_database_is_taken_over_by_one_only(valkey, client, monkeypatch):
    client.set(KEY, json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "began": 1.0}))
    is_abandoned, faster = claims.holder.is_abandoned, []

    def while_another_takes_it(holder):
        monkeypatch.setattr(claims.holder, "is_abandoned", is_abandoned)
        faster.append(claim(valkey.url))
        return is_abandoned(holder)

    monkeypatch.setattr(claims.holder, "is_abandoned", while_another_takes_it)
    slower = claim(valkey.url)
    assert (faster[0].url[-1], slower.url[-1]) == ("0", "1")


def test_owner_that_is_gone_before_it_hears_leaves_an_empty_database(valkey, client):
    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        command = [sys.executable, "-m", "unblocked.backends.claiming", str(theirs.fileno())]
        given = {"env": {**os.environ, "REDIS_URL": valkey.url}, "pass_fds": [theirs.fileno()]}
        subprocess.run(command, check=False, capture_output=True, **given)
    assert client.keys() == []


def test_server_that_says_nothing_is_asked_once(monkeypatch):
    monkeypatch.setattr("redis.retry.sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    monkeypatch.setattr(claims, "_PATIENCE", 0.05)
    with Valkey() as server:
        server.pause()
        with pytest.raises(Fault, match="and no Redis answers there"):
            claim(server.url)


def test_database_held_on_another_machine_is_left_alone(valkey, client):
    client.set(KEY, json.dumps({"host": "elsewhere", "pid": 1, "began": 1.0}))
    with Borrowed(valkey.url) as borrowed:
        assert borrowed.url.endswith("?db=1")


def test_nobody_there_is_told(tmp_path):
    with pytest.raises(Fault, match=r"`REDIS_URL` is `unix://.*`, and no Redis answers there.*Mend or unset it"):
        Borrowed(f"unix://{tmp_path}/no.sock")


def test_another_kind_of_server_is_told(carriers):
    with pytest.raises(Fault, match="and no Redis answers there"):
        Borrowed(carriers.url.replace("http", "redis"))


@pytest.mark.parametrize("url", ["amqp://me:secret@localhost", "redis://me:secret@[localhost", "me:secret@localhost"])
def test_address_of_another_kind_is_told(url):
    with pytest.raises(Fault, match="which is no address of a server") as told:
        Borrowed(url)
    assert "secret" not in told.value.message


def test_password_in_an_option_is_not_shown(tmp_path):
    with pytest.raises(Fault, match="and no Redis answers there") as told:
        Borrowed(f"unix://{tmp_path}/no.sock?password=secret&db=3")
    assert "secret" not in told.value.message
    assert "?password=…&db=3" in told.value.message


def test_holder_that_breaks_down_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(Fault, match="`REDIS_URL` could not be used"):
        Borrowed("redis://localhost")


def test_interrupted_claim_is_given_back(valkey, client, monkeypatch):
    receive = Lines.receive

    def interrupted(lines):
        assert "url" in receive(lines)
        raise KeyboardInterrupt

    monkeypatch.setattr(Lines, "receive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Borrowed(valkey.url)
    assert client.keys() == []


def test_password_is_not_shown():
    with pytest.raises(Fault) as told:
        Borrowed("redis://me:secret@127.0.0.1:1/0")
    assert "secret" not in told.value.message
    assert "redis://…@127.0.0.1:1/0" in told.value.message
    assert "secret" not in " ".join(os.environ.values())
