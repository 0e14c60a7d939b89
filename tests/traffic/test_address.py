"""Requests go to this machine, and nowhere else by accident."""

import socket

import pytest

from unblocked.faults import Fault
from unblocked.traffic import address, load


def said(target: object) -> str:
    with pytest.raises(Fault) as fault:
        load(target, n=1)
    return fault.value.message


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8000", "ftp://127.0.0.1/", "http://", "http:///quotes", "", "http://127.0.0.1:x", "http://[::1",
     "http://127.0.0.1:99999", "http://127.0.0.1:0", "file:///etc/passwd", "http://127.0.0.1/a b"],
)  # fmt: skip
def test_url_must_be_one_for_http(url):
    message = said(url)
    assert message == (
        f"`{url!r}` is not a URL that requests can be sent to. Write one such as `http://127.0.0.1:8000`."
    )


@pytest.mark.parametrize("target", [None, 7, object, {"url": "http://127.0.0.1"}])
def test_target_must_be_lab_or_url(target):
    assert said(target).startswith("`load` wants a served lab or a URL such as `http://127.0.0.1:8000`, not `")


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "[2001:db8::1]", "[::ffff:192.0.2.1]", "user@192.0.2.1"])
def test_other_machine_is_refused(host):
    assert "`load` sends to this machine only, and `" in said(f"http://{host}:8000")
    assert "If that service is yours, and is meant to be loaded: `elsewhere=True`." in said(f"http://{host}:8000")


def test_other_machine_is_allowed_when_asked_for():
    assert address.base_of("https://192.0.2.1:8000/shop", elsewhere=True) == "https://192.0.2.1:8000/shop"


def test_every_address_of_a_host_must_be_here(monkeypatch):
    entries = [(socket.AF_INET, 1, 6, "", (ip, 80)) for ip in ("127.0.0.1", "192.0.2.1")]
    monkeypatch.setattr(address.socket, "getaddrinfo", lambda *_, **__: entries)
    assert "`parcel.test` leads elsewhere (192.0.2.1)" in said("http://parcel.test")


def test_unknown_host_is_named(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(address.socket, "getaddrinfo", unknown)
    assert "`parcel.test` is not known to this machine" in said("http://parcel.test")


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_address_of_a_listener_is_explained(host):
    assert said(f"http://{host}:8000").endswith(
        "is where a server listens, not where it is found: write `127.0.0.1` instead."
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "[::1]", "[::ffff:127.0.0.1]", "LOCALHOST"])
def test_this_machine_is_allowed(host):
    assert address.base_of(f"http://{host}:8000", elsewhere=False) == f"http://{host}:8000"


@pytest.mark.parametrize(
    ("base", "path", "whole"),
    [
        ("http://127.0.0.1:8000", "/", "http://127.0.0.1:8000/"),
        ("http://127.0.0.1:8000", "/quotes/7?x=1", "http://127.0.0.1:8000/quotes/7?x=1"),
        ("http://127.0.0.1:8000/", "/quotes", "http://127.0.0.1:8000/quotes"),
        ("http://127.0.0.1:8000/shop/", "/quotes", "http://127.0.0.1:8000/shop/quotes"),
        ("http://127.0.0.1:8000/quotes/7?x=1", "/", "http://127.0.0.1:8000/quotes/7?x=1"),
        ("http://127.0.0.1:8000", "//192.0.2.1/", "http://127.0.0.1:8000//192.0.2.1/"),
        ("http://127.0.0.1:8000", "/@192.0.2.1/", "http://127.0.0.1:8000/@192.0.2.1/"),
    ],
)
def test_path_is_appended_to_address(base, path, whole):
    assert address.joined(base, path) == whole
