"""The lab that caches: what a browser has already is not sent."""

import gzip

import httpx

from tests.labs.caching.doing import put
from tests.server.asking import get
from tests.waiting import FAR


def page(parcel, path, known=None, **headers):
    told = {"if-none-match": known} if known else {}
    return get(f"{parcel.url}/pages/{path}", headers={"accept-encoding": "identity", **told, **headers})


def test_plain_page_is_sent_each_time(parcel):
    first, again = page(parcel, "plain"), page(parcel, "plain", "*")
    assert first.content == again.content
    assert 100_000 < len(first.content) < 131_072
    assert "etag" not in first.headers


def test_page_that_is_known_is_not_sent(parcel):
    tag = page(parcel, "tagged").headers["etag"]
    assert not tag.startswith("W/")
    for known in (tag, f"W/{tag}", "*", f'"other", {tag}', f'W/"with, comma" , W/{tag}'):
        reply = page(parcel, "tagged", known)
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == tag
        assert reply.headers["cache-control"] == "public, max-age=60"
        assert reply.headers["vary"] == "Accept-Encoding"
    for other in ('"other"', tag.strip('"'), '""'):
        assert page(parcel, "tagged", other).status_code == 200


def test_two_headers_are_one_list(parcel):
    tag = page(parcel, "tagged").headers["etag"]
    headers = [("if-none-match", '"other"'), ("if-none-match", tag)]
    assert httpx.get(f"{parcel.url}/pages/tagged", headers=headers, timeout=FAR).status_code == 304


def test_page_that_has_changed_has_another_tag(parcel):
    before = page(parcel, "tagged")
    assert put(f"{parcel.url}/pages/surcharge", json={"percent": 5}).status_code == 204
    after = page(parcel, "tagged", before.headers["etag"])
    assert (after.status_code, after.headers["etag"] == before.headers["etag"]) == (200, False)
    assert put(f"{parcel.url}/pages/surcharge", json={"percent": 0}).status_code == 204
    assert page(parcel, "tagged", before.headers["etag"]).status_code == 304


def test_own_page_is_for_one_customer(parcel):
    ada, bob = (page(parcel, "own", **{"x-customer": name}) for name in ("ada", "robert"))
    assert ada.headers["cache-control"] == "private, max-age=60"
    assert ada.headers["vary"] == "Accept-Encoding, X-Customer"
    assert ada.headers["etag"] != bob.headers["etag"]
    assert page(parcel, "own", ada.headers["etag"], **{"x-customer": "robert"}).content == bob.content


def test_leaked_page_looks_as_if_it_were_for_all(parcel):
    ada, bob = (page(parcel, "leaked", **{"x-customer": name}) for name in ("ada", "robert"))
    assert ada.content != bob.content
    assert ada.headers["cache-control"] == "public, max-age=60"
    assert "vary" not in ada.headers


def test_packed_page_is_the_same_in_fewer_bytes(parcel):
    plain = page(parcel, "packed/tagged")
    packed = get(f"{parcel.url}/pages/packed/tagged", headers={"accept-encoding": "gzip"}, stream=True)
    sent = packed.raw.read(decode_content=False)
    assert gzip.decompress(sent) == plain.content == page(parcel, "plain").content
    assert len(sent) * 3 < len(plain.content)
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] == plain.headers["etag"] == f"W/{page(parcel, 'tagged').headers['etag']}"
    known = page(parcel, "packed/tagged", packed.headers["etag"], **{"accept-encoding": "gzip"})
    assert (known.status_code, known.content) == (304, b"")
