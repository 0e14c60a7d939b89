"""Whose lease a task writes with, and how long it is out."""

from urllib.parse import parse_qs, urlsplit

from tests.labs.serving import paths, wait_until_arrived, wait_until_over
from tests.server.asking import answers, ask, get, post
from tests.waiting import FAR

WRITTEN = [("payment", "taken"), ("receipt", "sent")]
FAR_LEASES = {"LEASE_TIMEOUT": FAR}


def leases(parcel):
    return get(f"{parcel.url}/leases").json()


def test_lent_lease_is_held_until_the_task_is_over(lab, carriers):
    parcel = lab(**FAR_LEASES)
    carriers.hold("/mail/*")
    for n in range(2):
        assert post(f"{parcel.url}/payments/lent/{n}", name=f"lent-{n}").ok
    assert leases(parcel)["holders"] == ["payment 0", "payment 1"]
    third = ask(f"{parcel.url}/payments/lent/2", how=post, name="lent-2")
    wait_until_arrived(parcel, "lent-2")
    assert get(f"{parcel.url}/health").ok
    assert not third.done()
    carriers.release(1)
    assert answers([third]) == [200]
    carriers.release()
    wait_until_over(parcel, "lent-")
    assert leases(parcel)["out"] == 0


def test_lease_used_after_the_answer_is_never_back(lab, carriers):
    parcel = lab(LEASES=1, LEASE_TIMEOUT=0.05)
    carriers.hold("/mail/*")
    assert post(f"{parcel.url}/payments/leaked/7", name="leaked").ok
    assert carriers.wait_for(1)
    assert leases(parcel)["out"] == 0
    carriers.release()
    wait_until_over(parcel, "leaked")
    assert leases(parcel)["holders"] == ["payment 7"]
    refused = post(f"{parcel.url}/payments/leaked/8")
    assert refused.status_code == 503
    assert refused.json() == {"detail": "no lease in 0.05 s: 1 of 1 are out, held by payment 7"}


def test_task_with_a_lease_of_its_own_holds_none_while_it_works(lab, carriers):
    parcel = lab(LEASES=1, **FAR_LEASES)
    carriers.hold("/mail/*")
    for n in range(6):
        assert post(f"{parcel.url}/payments/own/{n}", name=f"own-{n}").ok
    assert carriers.wait_for(6)
    assert leases(parcel)["out"] == 0
    carriers.release()
    wait_until_over(parcel, "own-")
    assert leases(parcel) == {"out": 0, "peak": 1, "holders": []}
    entries = [entry for path in paths(carriers) for entry in parse_qs(urlsplit(path).query).get("entry", [])]
    assert sorted(entries) == sorted([f"{what} {n}: {how}" for n in range(6) for what, how in WRITTEN])
