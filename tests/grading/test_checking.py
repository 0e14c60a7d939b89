"""What a check expects: nothing is said where it holds, and all of it where it does not."""

import pytest

from unblocked.grading import Reply, expect_reply
from unblocked.grading.checking import Unmet

RIGHT = {"order": 8, "to": "Zoë", "parcels": [1, 2]}


def unmet(reply):
    with pytest.raises(Unmet) as caught:
        expect_reply(reply, 202, RIGHT, did="sent `POST /orders/8`", meaning="It stays what it was.")
    return caught.value.finding


def test_right_reply_is_the_same_data_however_it_is_written():
    expect_reply(
        Reply(202, '{"to": "Zo\\u00eb", "parcels": [1,2], "order": 8}'), 202, RIGHT, did="asked", meaning="never said"
    )


@pytest.mark.parametrize(
    ("status", "text", "got"),
    [
        (200, '{"order":8,"to":"Zoë","parcels":[1,2]}', '200 {"order":8,"to":"Zoë","parcels":[1,2]}'),
        (202, '{"order":9,"to":"Zoë","parcels":[1,2]}', '202 {"order":9,"to":"Zoë","parcels":[1,2]}'),
        (202, "soon", "202 soon"),
        (202, "null", "202 null"),
    ],
)
def test_other_reply_is_refused_with_both(status, text, got):
    assert unmet(Reply(status, text)) == {
        "did": "sent `POST /orders/8`",
        "got": got,
        "expected": '202 {"order":8,"to":"Zoë","parcels":[1,2]}',
        "meaning": "It stays what it was.",
        "line": None,
    }


def test_reply_of_500_says_that_the_route_raised():
    finding = unmet(Reply(500, "Internal Server Error"))
    assert finding["got"] == "500 Internal Server Error"
    assert finding["meaning"] == "The route raised an exception; your code printed which."
