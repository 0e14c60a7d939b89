"""Dependencies of dependencies: in which order, which of them at once, and how often."""

from tests.labs.serving import paths
from tests.server.asking import ask, get
from tests.waiting import FAR, until


def test_offer_in_turn_waits_for_one_office_at_a_time(parcel, carriers):
    carriers.hold()
    offer = ask(f"{parcel.url}/offers/in-turn/7")
    for path in ("/registry/accounts/7", "/credit/7", "/discount/7"):
        until(lambda path=path: paths(carriers)[-1:] == [path], f"{path} is asked")
        assert carriers.in_flight == 1
        carriers.release(1)
    assert offer.result(FAR).json() == {"account": 7, "credit": True, "discount": True}
    assert carriers.peak == 1


def test_offer_together_waits_for_both_offices_at_once(parcel, carriers):
    carriers.hold()
    offer = ask(f"{parcel.url}/offers/together/7")
    assert carriers.wait_for(1)
    carriers.release(1)
    assert carriers.wait_for(2)
    assert sorted(paths(carriers)) == ["/credit/7", "/discount/7", "/registry/accounts/7"]
    carriers.release()
    assert offer.result(FAR).json() == {"account": 7, "credit": True, "discount": True}


def test_account_is_loaded_once_for_each_request(parcel, carriers):
    for n in (1, 2):
        assert get(f"{parcel.url}/offers/in-turn/7").ok
        assert paths(carriers).count("/registry/accounts/7") == n


def test_steps_come_from_the_outside_in_and_from_left_to_right(parcel):
    assert get(f"{parcel.url}/steps").json() == [
        "router",
        "decorator",
        "account",
        "discount, needs account",
        "credit, needs account",
    ]
