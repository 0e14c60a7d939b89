"""Dependencies that let a request in or not."""

import pytest

from tests.labs.serving import paths
from tests.server.asking import ask, get, post
from tests.waiting import FAR, until

TOKEN = {"authorization": "Bearer let-me-in"}


@pytest.mark.parametrize(
    ("account", "headers", "body", "status", "questions"),
    [
        (9, {}, {}, 401, 0),
        (9, {"authorization": "Bearer open-sesame"}, {}, 401, 0),
        (9, TOKEN, {}, 404, 1),
        (7, TOKEN, {}, 422, 1),
        (7, TOKEN, {"order": 3}, 201, 3),
    ],
)
def test_each_door_ends_the_request(account, headers, body, status, questions, parcel, carriers):
    carriers.fail("/registry/accounts/9", status=404)
    answer = post(f"{parcel.url}/accounts/{account}/orders", json=body, headers=headers)
    assert answer.status_code == status
    assert len(carriers.calls) == questions


def test_route_gets_the_account_that_the_door_has_loaded(parcel, carriers):
    assert get(f"{parcel.url}/accounts/7", headers=TOKEN).json() == {"number": 7}
    assert paths(carriers) == ["/registry/accounts/7"]


def test_ordering_has_a_lease_for_the_writing_only(parcel, carriers):
    carriers.hold("/carriers/*")
    url = f"{parcel.url}/accounts/7/orders"
    order = ask(url, how=post, json={"order": 3}, headers=TOKEN)
    until(lambda: "/carriers/swift/quote?parcel=3" in paths(carriers), "the carrier is asked")
    assert get(f"{parcel.url}/ledger").json()["out"] == 0
    carriers.release()
    assert order.result(FAR).status_code == 201
    assert paths(carriers)[-1].startswith("/ledger/commits")
